import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { StdioServer } from "../lib/stdio-server.ts";
import { call } from "./lib/contract.ts";
import { fixtureBundle } from "./lib/fixture-bundle.ts";
import { sendJson, startStandIn } from "./lib/stand-in.ts";

const project = "6f1f64a4-5d0e-4f0b-9a3e-0d2c8c8a7b11";

let fixture: string;
beforeAll(async () => {
  fixture = await fixtureBundle();
});
afterAll(async () => {
  if (fixture !== undefined) await rm(dirname(fixture), { recursive: true });
});

async function start(options: Readonly<Record<string, string>>, url = "http://127.0.0.1:9"): Promise<StdioServer> {
  const env = { PLATFORM_API_URL: url, PLATFORM_API_TOKEN: "token", PROJECT_ID: project, ...options };
  const server = new StdioServer({ file: fixture, env });
  await server.initialize();
  return server;
}

async function names(options: Readonly<Record<string, string>>): Promise<string[]> {
  await using server = await start(options);
  const { result } = await server.request("tools/list");
  return Array.isArray(result?.tools) ? result.tools.map(({ name }) => name) : [];
}

const reads = ["get_thing", "watch_thing", "break_thing", "break_later"];
const all = ["get_thing", "rename_thing", "delete_things", "create_thing", "watch_thing", "break_thing", "break_later"];

test.each<[Readonly<Record<string, string>>, readonly string[]]>([
  [{}, all],
  [{ PLATFORM_READ_ONLY: "0", PLATFORM_TOOLS_ALLOW: "", PLATFORM_TOOLS_DENY: "" }, all],
  [{ PLATFORM_READ_ONLY: "1" }, reads],
  [{ PLATFORM_READ_ONLY: "true", PLATFORM_TOOLS_ALLOW: "create_thing,get_thing" }, ["get_thing"]],
  [{ PLATFORM_TOOLS_ALLOW: "create_thing,get_thing,a_tool_of_another_server" }, ["get_thing", "create_thing"]],
  [
    { PLATFORM_TOOLS_DENY: "delete_things break_thing,break_later watch_thing" },
    ["get_thing", "rename_thing", "create_thing"],
  ],
  [{ PLATFORM_TOOLS_ALLOW: "get_thing", PLATFORM_TOOLS_DENY: "get_thing" }, []],
])("%j", async (options, offered) => {
  expect(await names(options)).toEqual(offered);
});

describe("a tool that is not offered does not exist", () => {
  test.each([
    { PLATFORM_READ_ONLY: "1" },
    { PLATFORM_TOOLS_DENY: "create_thing" },
    { PLATFORM_TOOLS_ALLOW: "get_thing" },
  ])("%j", async (options) => {
    await using standIn = await startStandIn((response) => sendJson(response, 201, { id: "x" }));
    await using server = await start(options, standIn.url);
    const { protocolError } = await call(server, "create_thing", { name: "x" });
    expect(protocolError).toMatch(/^-32602 Unknown tool "create_thing"; this server has: get_thing/);
    expect(protocolError).not.toMatch(/has:.*create_thing/);
    expect(standIn.requests).toEqual([]);
  });
});

test("annotations tell reads, writes and destruction apart", async () => {
  await using server = await start({});
  const { result } = await server.request("tools/list");
  const tools = Array.isArray(result?.tools) ? result.tools : [];
  const hints = Object.fromEntries(tools.map(({ name, annotations }) => [name, annotations]));
  expect(hints).toMatchObject({
    get_thing: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
    create_thing: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false },
    rename_thing: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
    delete_things: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: false },
  });
});

describe("a write", () => {
  test("answers with its id and state", async () => {
    await using standIn = await startStandIn((response) => sendJson(response, 201, { id: "7" }));
    await using server = await start({}, standIn.url);
    expect((await call(server, "create_thing", { name: "x" })).text).toBe("id: 7\nstate: created");
    expect(standIn.requests).toHaveLength(1);
  });

  test("whose answer never came is not sent again, and is said to be uncertain", async () => {
    await using standIn = await startStandIn((response) => response.destroy());
    await using server = await start({}, standIn.url);
    const { text, isError } = await call(server, "create_thing", { name: "x" });
    expect(isError).toBe(true);
    expect(text.replaceAll(standIn.url, "URL")).toMatchInlineSnapshot(
      `"create_thing failed: POST /api/projects: the connection broke before an answer came. It is unknown whether it was carried out: check before trying again."`,
    );
    expect(standIn.requests).toHaveLength(1);
  });

  test("that a gateway answered for is said to be uncertain, too", async () => {
    await using standIn = await startStandIn((response) => response.writeHead(502).end("<html>Bad gateway</html>"));
    await using server = await start({}, standIn.url);
    const { text } = await call(server, "create_thing", { name: "x" });
    expect(text).toContain("The outcome is unknown: the change may have been made.");
    expect(standIn.requests).toHaveLength(1);
  });
});
