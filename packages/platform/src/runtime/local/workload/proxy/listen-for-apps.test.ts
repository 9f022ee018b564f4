import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { UserError } from "../../../../user-error.ts";
import { listenForApps } from "./listen-for-apps.ts";

let dataDirectory: string;
const servers: Server[] = [];
beforeEach(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), "platform-apps-"));
});
afterEach(async () => {
  for (const server of servers.splice(0)) server.close();
  await rm(dataDirectory, { recursive: true });
});

const made = () => {
  const server = createServer();
  servers.push(server);
  return server;
};
const listen = (server: Server, port: number, isFixed = false, host = "127.0.0.1") =>
  listenForApps(server, { host, port, isFixed, dataDirectory });
const close = async (server: Server) => {
  server.close();
  await once(server, "close");
};

test("another port is taken when the usual one is not free, and remembered", async () => {
  const other = made();
  const usual = await listen(other, 0);
  const first = made();
  const port = await listen(first, usual);
  expect(port).not.toBe(usual);
  await close(first);
  await close(other);
  // The URLs that people know count, although the usual port is free again.
  expect(await listen(made(), usual)).toBe(port);
});

test("a port that somebody chose is taken, or nothing", async () => {
  const port = await listen(made(), 0);
  const problem = await listen(made(), port, true).catch((error: unknown) => error);
  expect(problem).toBeInstanceOf(UserError);
  expect(String(problem)).toMatch(/port \d+ is in use by another program: .* PLATFORM_APPS_LISTEN/);
});

test("what is no address of this machine is said", async () => {
  await expect(listen(made(), 0, true, "192.0.2.1")).rejects.toThrow(
    /192\.0\.2\.1:0 is not an address of this machine/,
  );
});
