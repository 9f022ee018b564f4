import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, expect, test } from "vitest";
import { PlatformConfigError, readPlatformConfig } from "../config.ts";
import { startPlatform } from "../platform.ts";

let data: string;
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), "admin-password-"));
});
afterEach(() => rm(data, { recursive: true, force: true }));

const start = (password?: string) =>
  startPlatform(
    readPlatformConfig({
      PLATFORM_DATA: data,
      PLATFORM_LISTEN: "127.0.0.1:0",
      PLATFORM_LOG_LEVEL: "silent",
      PLATFORM_ADMIN_PASSWORD: password,
    }),
    pino({ level: "silent" }),
  );

async function logsIn(url: string, password: string): Promise<boolean> {
  const body = JSON.stringify({ name: "admin", password });
  const response = await fetch(`${url}/api/auth/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });
  return response.status === 200;
}

async function writtenPassword(): Promise<string> {
  const text = await readFile(join(data, "admin.env"), "utf8");
  const [, password = ""] = /^PLATFORM_ADMIN_PASSWORD=([0-9a-f]{32})\n$/.exec(text) ?? [];
  return password;
}

test("without one given, the first administrator's is made up once and written for its owner alone", async () => {
  const first = await start();
  const password = await writtenPassword();
  expect((await stat(join(data, "admin.env"))).mode & 0o777).toBe(0o600);
  expect(await logsIn(first.url, password)).toBe(true);
  expect(await logsIn(first.url, "admin")).toBe(false);
  await first.close();

  const second = await start("given later on");
  expect(await writtenPassword()).toBe(password);
  expect(await logsIn(second.url, password)).toBe(true);
  expect(await logsIn(second.url, "given later on")).toBe(false);
  // As an installation from before there were passwords.
  await second.db.deleteFrom("passwords").execute();
  await second.close();

  const third = await start();
  expect(await writtenPassword()).not.toBe(password);
  expect(await logsIn(third.url, await writtenPassword())).toBe(true);
  await third.close();
}, 60_000);

test("one that is given is used and written nowhere", async () => {
  const platform = await start("chosen by the operator");
  expect(await logsIn(platform.url, "chosen by the operator")).toBe(true);
  await expect(stat(join(data, "admin.env"))).rejects.toThrow("ENOENT");
  await platform.close();
}, 60_000);

test("one that is too short is refused, and not shown", () => {
  expect(() => readPlatformConfig({ PLATFORM_ADMIN_PASSWORD: "short12" })).toThrow(PlatformConfigError);
  expect(() => readPlatformConfig({ PLATFORM_ADMIN_PASSWORD: "short12" })).not.toThrow("short12");
});
