import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serverBundle } from "../lib/bundles.ts";
import { runProgram } from "../lib/run-program.ts";
import { type ServerExit, StdioServer } from "../lib/stdio-server.ts";
import { call } from "./lib/contract.ts";
import { fixtureBundle } from "./lib/fixture-bundle.ts";
import { type StandIn, sendJson, startStandIn } from "./lib/stand-in.ts";

const project = "6f1f64a4-5d0e-4f0b-9a3e-0d2c8c8a7b11";
/** How long a host waits before it kills. */
const patience = 500;

let core: string;
let fixture: string;
beforeAll(async () => {
  [core, fixture] = await Promise.all([serverBundle("platform-core"), fixtureBundle()]);
});
afterAll(async () => {
  if (fixture !== undefined) await rm(dirname(fixture), { recursive: true });
});

function start(standIn: StandIn, file = core, env: Readonly<Record<string, string>> = {}): StdioServer {
  return new StdioServer({
    file,
    env: { PLATFORM_API_URL: standIn.url, PLATFORM_API_TOKEN: "token", PROJECT_ID: project, ...env },
  });
}

/** What a stdout that carries the protocol alone holds. */
function expectProtocolOnly(server: StdioServer): void {
  for (const message of server.messages) expect(message.jsonrpc).toBe("2.0");
}

describe("a host that goes away ends the process in time, and the call in flight with it", () => {
  const farewells: Readonly<Record<string, (server: StdioServer) => void>> = {
    "end of stdin": (server) => server.closeInput(),
    SIGINT: (server) => server.kill("SIGINT"),
    SIGTERM: (server) => server.kill("SIGTERM"),
    SIGHUP: (server) => server.kill("SIGHUP"),
    "SIGINT and SIGTERM": (server) => {
      server.kill("SIGINT");
      server.kill("SIGTERM");
    },
  };

  test.each(Object.entries(farewells))("%s", async (name, farewell) => {
    await using standIn = await startStandIn();
    await using server = start(standIn);
    await server.initialize();
    await server.post("tools/call", { name: "get_project", arguments: {} });
    await standIn.arrived(1);
    const said = performance.now();
    farewell(server);
    const [exit] = await Promise.all([server.exited, standIn.aborted(1)]);
    expectEnd(exit, said, name);
    expectProtocolOnly(server);
  });

  test.each(Object.entries(farewells))("%s, with nothing in flight", async (name, farewell) => {
    await using standIn = await startStandIn();
    await using server = start(standIn);
    await server.initialize();
    const said = performance.now();
    farewell(server);
    expectEnd(await server.exited, said, name);
  });

  test("a stdout that is closed", async () => {
    await using standIn = await startStandIn((response) => sendJson(response, 200, {}));
    await using server = start(standIn);
    await server.initialize();
    server.closeOutput();
    const said = performance.now();
    await server.post("ping");
    await server.post("ping");
    expectEnd(await server.exited, said, "closed stdout");
  });

  test("a host that has stopped reading", async () => {
    await using standIn = await startStandIn();
    await using server = start(standIn);
    await server.initialize();
    server.pauseOutput();
    for (let at = 0; at < 200; at++) await server.post("tools/list");
    await server.post("tools/call", { name: "get_project", arguments: {} });
    await standIn.arrived(1);
    const said = performance.now();
    server.kill("SIGTERM");
    expectEnd(await server.exited, said, "unread stdout");
  });

  function expectEnd({ code, signal, at }: ServerExit, said: number, name: string): void {
    process.stdout.write(`exit after ${name}: ${(at - said).toFixed(0)} ms\n`);
    expect({ code, signal }).toEqual({ code: 0, signal: null });
    expect(at - said).toBeLessThan(patience);
  }
});

test("what was answered before the end of stdin is still written", async () => {
  const messages = [
    {
      id: 1,
      method: "initialize",
      params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "t", version: "1" } },
    },
    { method: "notifications/initialized" },
    { id: 2, method: "tools/list" },
    { id: 3, method: "ping" },
  ];
  const input = messages.map((message) => `${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`).join("");
  const { code, stdout } = await runProgram(core, [], { env: { PLATFORM_API_TOKEN: "token" }, input });
  expect(code).toBe(0);
  const ids = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line).id);
  expect(ids).toEqual([1, 2, 3]);
});

test("without input it ends by itself and prints nothing", async () => {
  expect(await runProgram(core, [], { env: { PLATFORM_API_TOKEN: "token" } })).toEqual({
    code: 0,
    stdout: "",
    stderr: "",
  });
});

describe("no network", () => {
  test("before tools/list has been answered, nor after it until a tool is called", async () => {
    await using standIn = await startStandIn((response) => sendJson(response, 404, { error: "project" }));
    await using server = start(standIn);
    await server.request("server/discover");
    await server.initialize();
    await server.request("tools/list");
    await server.request("ping");
    expect(standIn.connections()).toBe(0);
    await call(server, "get_project");
    expect(standIn.connections()).toBe(1);
  });

  test("for arguments that are refused", async () => {
    await using standIn = await startStandIn();
    await using server = start(standIn);
    await server.initialize();
    expect((await call(server, "read_file", { pth: "x" })).isError).toBe(true);
    expect((await call(server, "read_file")).isError).toBe(true);
    expect(standIn.connections()).toBe(0);
  });
});

test.each(["resources/list", "prompts/list", "no/such/method", "logging/setLevel", "constructor"])(
  "%s, which is not offered, is answered at once with -32601",
  async (method) => {
    await using standIn = await startStandIn();
    await using server = start(standIn);
    expect((await server.request(method)).error?.code).toBe(-32601);
    await server.initialize();
    expect((await server.request(method)).error?.code).toBe(-32601);
  },
);

describe("calls", () => {
  test("that the host cancels end their HTTP request, and no other call", async () => {
    await using standIn = await startStandIn((response, { url }) => {
      if (url.includes("/branches")) setImmediate(() => sendJson(response, 200, []));
    });
    await using server = start(standIn);
    await server.initialize();
    const cancelled = await server.post("tools/call", { name: "get_project", arguments: {} });
    await standIn.arrived(1);
    await server.notify("notifications/cancelled", { requestId: cancelled, reason: "enough" });
    await standIn.aborted(1);
    expect((await call(server, "list_branches")).text).toContain("no branches");
    expect(server.messages.some(({ id }) => id === cancelled)).toBe(false);
  });

  test("run side by side", async () => {
    const waiting: (() => void)[] = [];
    await using standIn = await startStandIn((response) => {
      // Nobody is answered before all have asked.
      waiting.push(() => sendJson(response, 200, []));
      if (waiting.length === 8) for (const answer of waiting) answer();
    });
    await using server = start(standIn);
    await server.initialize();
    const answers = await Promise.all(Array.from({ length: 8 }, () => call(server, "list_branches")));
    expect(answers.every(({ isError }) => !isError)).toBe(true);
  });

  test("carry the session, the version and the trace to the platform", async () => {
    await using standIn = await startStandIn((response) => sendJson(response, 200, []));
    await using server = start(standIn, core, { CLAUDE_CODE_SESSION_ID: "session-1" });
    await server.initialize();
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    await server.request("tools/call", { name: "list_branches", arguments: {}, _meta: { traceparent } });
    expect(standIn.requests[0]?.headers).toMatchObject({
      authorization: "Bearer token",
      "user-agent": expect.stringMatching(/^platform-core\/\d+\.\d+\.\d+\+\w+/),
      "x-request-id": expect.stringMatching(/\S/),
      // A span of the call's own, within the host's.
      traceparent: expect.stringMatching(/^00-0af7651916cd43dd8448eb211c80319c-(?!b7ad6b7169203331)[0-9a-f]{16}-01$/),
    });
    expect(JSON.stringify(standIn.requests[0]?.headers)).toContain("session-1");
  });

  test("tell their progress only to a host that asked", async () => {
    await using standIn = await startStandIn();
    await using server = start(standIn, fixture);
    await server.initialize();
    await call(server, "watch_thing");
    expect(server.messages.filter(({ method }) => method !== undefined)).toEqual([]);
    await server.request("tools/call", { name: "watch_thing", arguments: {}, _meta: { progressToken: "p1" } });
    expect(server.messages.filter(({ method }) => method !== undefined)).toEqual([
      {
        jsonrpc: "2.0",
        method: "notifications/progress",
        params: { progressToken: "p1", progress: 1, total: 2, message: "half way" },
      },
    ]);
  });

  test("that wait for nothing but time end with the process, too", async () => {
    await using standIn = await startStandIn();
    await using server = start(standIn, fixture);
    await server.initialize();
    await server.post("tools/call", { name: "watch_thing", arguments: { forever: true }, _meta: { progressToken: 1 } });
    await server.until(() => server.messages.find(({ method }) => method === "notifications/progress"), "progress");
    const said = performance.now();
    server.closeInput();
    expect((await server.exited).at - said).toBeLessThan(patience);
  });
});

describe("a defect", () => {
  test("of a tool is told without its insides, which go to the log, masked", async () => {
    await using standIn = await startStandIn();
    await using server = start(standIn, fixture);
    await server.initialize();
    const { text, isError } = await call(server, "break_thing");
    expect(isError).toBe(true);
    expect(text).toMatch(/^break_thing failed: a defect in the tool/);
    expect(server.stderr).toContain("inside out: [masked]");
  });

  test("behind a call's back does not end the process", async () => {
    await using standIn = await startStandIn();
    await using server = start(standIn, fixture);
    await server.initialize();
    expect((await call(server, "break_later")).text).toBe("fine: true");
    await server.until(() => /behind the back/.exec(server.stderr) ?? undefined, "a log line");
    await server.until(() => /nobody listens/.exec(server.stderr) ?? undefined, "a log line");
    expect((await call(server, "get_thing", { name: "x" })).text).toContain("name: x");
  });
});
