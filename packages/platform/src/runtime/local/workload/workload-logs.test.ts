import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { WorkloadLogs } from "./workload-logs.ts";

let parent: string;
let logs: WorkloadLogs;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), "platform-logs-"));
  logs = new WorkloadLogs(join(parent, "one"));
});
afterEach(() => rm(parent, { recursive: true }));

const size = async () => {
  const directory = join(parent, "one");
  const sizes = (await readdir(directory)).map(async (name) => (await stat(join(directory, name))).size);
  return (await Promise.all(sizes)).reduce((sum, one) => sum + one, 0);
};

test("the last lines of the last process and of the one before can be had", async () => {
  expect(await logs.tail(10)).toBe("");
  for (const name of ["a", "b", "c"]) {
    const log = await logs.begin([]);
    await log.write(Buffer.from(`${name}1\n${name}2\n${name}3`));
    await log.end();
  }
  expect(await logs.tail(2)).toBe("c2\nc3");
  expect(await logs.tail(10)).toBe("c1\nc2\nc3");
  expect(await logs.tail(1, { previous: true })).toBe("b3");
  expect(await readdir(join(parent, "one"))).toHaveLength(2);
  const silent = await logs.begin([]);
  expect([await logs.tail(1), await logs.tail(1, { previous: true })]).toEqual(["", "c3"]);
  await silent.end();
  await logs.remove();
  expect(await logs.tail(10)).toBe("");
});

test("however much is printed, the last megabyte is kept and not much more", async () => {
  const log = await logs.begin([]);
  const line = `${"x".repeat(999)}\n`;
  for (let written = 0; written < 5_000; written += 50) await log.write(Buffer.from(line.repeat(50)));
  await log.write(Buffer.from("the end\n"));
  expect(await size()).toBeLessThan(2.1e6);
  const tail = await logs.tail(10_000);
  expect(tail.length).toBeGreaterThan(1e6);
  expect(tail.endsWith(`${line}the end\n`)).toBe(true);
});

test("secrets and broken characters are in no file, wherever the output is cut", async () => {
  const log = await logs.begin(["s3cr3t"]);
  for (const byte of Buffer.from("a s3cr3t ä\xff s3c")) await log.write(Buffer.of(byte));
  await log.write(Buffer.of(0xff));
  await log.end();
  expect(await readFile(join(parent, "one", "1.log"), "utf8")).toBe("a *** äÿ s3c\ufffd");
  expect((await stat(join(parent, "one", "1.log"))).mode & 0o777).toBe(0o600);
});

test("what cannot be written is lost, and nothing else", async () => {
  await rm(parent, { recursive: true });
  const log = await logs.begin([]);
  await rm(parent, { recursive: true, force: true });
  await log.write(Buffer.from("x"));
  await log.end();
  expect(await logs.tail(1)).toBe("");
  parent = await mkdtemp(join(tmpdir(), "platform-logs-"));
});
