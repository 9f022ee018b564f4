import { beforeAll, expect, test } from "vitest";
import { serverBundle } from "../lib/bundles.ts";
import { seed } from "../lib/seeded-random.ts";
import { StdioServer } from "../lib/stdio-server.ts";
import { call } from "./lib/contract.ts";
import { hostileLines } from "./lib/hostile-lines.ts";
import { type StandIn, sendJson, startStandIn } from "./lib/stand-in.ts";

const project = "6f1f64a4-5d0e-4f0b-9a3e-0d2c8c8a7b11";
const MB = 1024 * 1024;

let file: string;
beforeAll(async () => {
  file = await serverBundle("platform-core");
});

const branches = [{ name: "main", sha: "f".repeat(40), updated_at: "2026-11-22T00:00:00Z" }];
const standIn = () => startStandIn((response) => sendJson(response, 200, branches));
const start = ({ url }: StandIn) =>
  new StdioServer({ file, env: { PLATFORM_API_URL: url, PLATFORM_API_TOKEN: "token", PROJECT_ID: project } });

async function expectServing(server: StdioServer): Promise<void> {
  expect((await server.request("tools/list")).result).toHaveProperty("tools");
  expect((await call(server, "list_branches")).text).toMatch(/^branches 1-1/);
  for (const message of server.messages) expect(message.jsonrpc).toBe("2.0");
}

test("10,000 malformed and hostile lines, and it still serves", async () => {
  process.stdout.write(`hostile lines: CHAOS_SEED=${seed}\n`);
  await using platform = await standIn();
  await using server = start(platform);
  await server.initialize();
  const lines = hostileLines(seed, 10_000);
  for (let at = 0; at < lines.length; at += 1000) {
    await server.send(`${lines.slice(at, at + 1000).join("\n")}\n`);
    await expectServing(server);
  }
  expect(server.stderr.length).toBeLessThan(100_000);
});

test("hostile lines before anything was agreed on, too", async () => {
  await using platform = await standIn();
  await using server = start(platform);
  const openings = hostileLines(7, 1000).filter((line) => !line.includes('"initialize"'));
  await server.send(`${openings.join("\n")}\n`);
  await server.initialize();
  await expectServing(server);
});

test("a message of 11 MB is dropped, and neither it nor the next ends the connection", async () => {
  await using platform = await standIn();
  await using server = start(platform);
  await server.initialize();
  const huge = { jsonrpc: "2.0", id: "huge", method: "tools/call", params: { name: "x".repeat(11 * MB) } };
  await server.send(huge);
  await server.send(huge);
  await expectServing(server);
  expect(server.stderr).toMatch(/dropped a message of 115\d{5} bytes: the limit is 10 MB/);
});

test("an answer to the largest message that is taken", async () => {
  await using platform = await standIn();
  await using server = start(platform);
  await server.initialize();
  const { isError, text } = await call(server, "read_file", { path: "x".repeat(9 * MB) });
  expect(isError).toBe(true);
  expect(text).toBe("read_file was not called: path: Too big: expected string to have <=4096 characters.");
  const { protocolError } = await call(server, "y".repeat(9 * MB));
  expect(protocolError?.length).toBeLessThan(2000);
  await expectServing(server);
});

test("bytes that are no text, in pieces that are no lines", async () => {
  await using platform = await standIn();
  await using server = start(platform);
  await server.initialize();
  const bytes = Buffer.from(Array.from({ length: 5000 }, (_, at) => (at * 197 + 131) % 256));
  for (let at = 0; at < bytes.length; at += 37) await server.send(bytes.subarray(at, at + 37));
  await server.send("\n");
  await expectServing(server);
});

test.each([
  ["no params", undefined],
  ["params of a wrong type", []],
  ["a name of a wrong type", { name: 5 }],
  ["arguments of a wrong type", { name: "get_project", arguments: "x" }],
  ["a list as arguments", { name: "get_project", arguments: [] }],
  ["a tool that is none", { name: "__proto__", arguments: {} }],
  ["a tool that is an object's own", { name: "constructor", arguments: {} }],
])("a call with %s is answered with an error, shortly", async (_, params) => {
  await using platform = await standIn();
  await using server = start(platform);
  await server.initialize();
  const { error, result } = await server.request("tools/call", params);
  expect(error?.code ?? (result?.isError ? "isError" : "taken")).not.toBe("taken");
  expect(JSON.stringify(error ?? result).length).toBeLessThan(1000);
  expect(platform.requests).toEqual([]);
});
