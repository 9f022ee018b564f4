import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { identify } from "./db/embedded/process-table.ts";
import { findServing, noteServing } from "./serving.ts";

async function directory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "serving-"));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

test("where a platform listens is found while it does", async () => {
  const data = await directory();
  expect(await findServing(data)).toBeUndefined();
  const forget = await noteServing(data, "http://127.0.0.1:8080");
  expect(await findServing(data)).toBe("http://127.0.0.1:8080");
  expect((await stat(join(data, "serving.json"))).mode & 0o777).toBe(0o600);
  await forget();
  expect(await findServing(data)).toBeUndefined();
});

test("what a killed platform has noted, or what is no note, counts for nothing", async () => {
  const data = await directory();
  const file = join(data, "serving.json");
  const child = spawn(process.execPath, ["--eval", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
  const identity = await identify(child.pid ?? 0);
  await writeFile(file, JSON.stringify({ url: "http://127.0.0.1:1", ...identity }));
  expect(await findServing(data)).toBe("http://127.0.0.1:1");
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(await findServing(data)).toBeUndefined();
  for (const text of ["", "{", "[]", "{}", '{"url":"x","pid":1,"started":""}']) {
    await writeFile(file, text);
    expect(await findServing(data)).toBeUndefined();
  }
});

test("a platform takes back its own note only", async () => {
  const data = await directory();
  const forget = await noteServing(data, "http://127.0.0.1:1");
  await noteServing(data, "http://127.0.0.1:2");
  await forget();
  expect(JSON.parse(await readFile(join(data, "serving.json"), "utf8"))).toMatchObject({ url: "http://127.0.0.1:2" });
});
