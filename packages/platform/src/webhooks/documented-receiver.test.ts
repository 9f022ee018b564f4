import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { signedHeaders } from "./delivery/signed-headers.ts";

const document = new URL("../../../../docs/webhooks.md", import.meta.url);
const secret = "a long random text";

let directory: string;
let receiver: ChildProcess;
let url: string;
let printed = "";
beforeAll(async () => {
  const [, example] = /```js\n(.*?)```/s.exec(await readFile(document, "utf8")) ?? [];
  directory = await mkdtemp(join(tmpdir(), "receiver-"));
  const file = join(directory, "receiver.mjs");
  await writeFile(file, example ?? "");
  const port = await freePort();
  url = `http://127.0.0.1:${port}/`;
  const env = { PATH: process.env.PATH, PORT: String(port), WEBHOOK_SECRET: secret };
  receiver = spawn(process.execPath, [file], { env, stdio: ["ignore", "pipe", "inherit"] });
  receiver.stdout?.on("data", (chunk) => {
    printed += chunk;
  });
  await vi.waitFor(() => fetch(url), { timeout: 20_000 });
});
afterAll(async () => {
  const ended = once(receiver, "exit");
  receiver.kill();
  await ended;
  await rm(directory, { recursive: true });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" ? (address?.port ?? 0) : 0;
}

const body = '{"action":"test","größe":1}';
const signed = (more: Partial<Parameters<typeof signedHeaders>[0]> = {}) =>
  signedHeaders({ id: "d-1", event: "test", body, secret, timestamp: Math.floor(Date.now() / 1000), ...more });
const post = async (headers: Readonly<Record<string, string>>, sent = body) =>
  (await fetch(url, { method: "POST", headers, body: sent })).status;

test("the receiver in the documents takes what the platform signs, and nothing else", async () => {
  const now = Math.floor(Date.now() / 1000);
  expect(await post(signed({ secret: "another" }))).toBe(401);
  expect(await post(signed({ secret: undefined }))).toBe(401);
  expect(await post(signed({ timestamp: now - 3600 }))).toBe(401);
  expect(await post({ ...signed({ timestamp: now - 3600 }), "webhook-timestamp": String(now) })).toBe(401);
  expect(await post(signed(), '{"action":"test","größe":2}')).toBe(401);
  expect(await post(signed())).toBe(204);
  expect(await post(signed())).toBe(204);
  expect(await post(signed({ id: "d-2" }))).toBe(204);
  await vi.waitFor(() =>
    expect(printed.trim().split("\n")).toEqual(Array(2).fill("test { action: 'test', 'größe': 1 }")),
  );
});
