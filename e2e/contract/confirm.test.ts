import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { Client, type ClientOptions } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { Client as FirstClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as FirstTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { StdioServer } from "../lib/stdio-server.ts";
import { call } from "./lib/contract.ts";
import { fixtureBundle } from "./lib/fixture-bundle.ts";

const project = "6f1f64a4-5d0e-4f0b-9a3e-0d2c8c8a7b11";
const me = { name: "contract-test", version: "1" };

let file: string;
beforeAll(async () => {
  file = await fixtureBundle();
});
afterAll(async () => {
  if (file !== undefined) await rm(dirname(file), { recursive: true });
});

const env = {
  PLATFORM_API_URL: "http://127.0.0.1:9",
  PLATFORM_API_TOKEN: "token",
  PROJECT_ID: project,
  PLATFORM_CONFIRM: "destructive",
};

type Reply = "accept" | "decline" | "cancel";

/** A host with a person behind it; without a reply it has nobody to ask. */
interface Host extends AsyncDisposable {
  /** What the person was asked. */
  readonly asked: string[];
  call(tool: string): Promise<object>;
}

type Connect = (reply: Reply | undefined) => Promise<Host>;

const replied = (action: Reply) => (action === "accept" ? { action, content: {} } : { action });

const secondGeneration =
  (mode: NonNullable<NonNullable<ClientOptions["versionNegotiation"]>["mode"]>): Connect =>
  async (reply) => {
    const asked: string[] = [];
    const capabilities = reply === undefined ? {} : { elicitation: { form: {} } };
    const client = new Client(me, { capabilities, versionNegotiation: { mode } });
    if (reply !== undefined) {
      client.setRequestHandler("elicitation/create", ({ params }) => {
        asked.push(params.message);
        return replied(reply);
      });
    }
    await client.connect(new StdioClientTransport({ command: process.execPath, args: [file], env }));
    return {
      asked,
      call: (name) => client.callTool({ name, arguments: {} }),
      [Symbol.asyncDispose]: () => client.close(),
    };
  };

const firstGeneration: Connect = async (reply) => {
  const asked: string[] = [];
  const client = new FirstClient(me, { capabilities: reply === undefined ? {} : { elicitation: {} } });
  if (reply !== undefined) {
    client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
      asked.push(params.message);
      return replied(reply);
    });
  }
  await client.connect(new FirstTransport({ command: process.execPath, args: [file], env }));
  return {
    asked,
    call: (name) => client.callTool({ name, arguments: {} }),
    [Symbol.asyncDispose]: () => client.close(),
  };
};

const hosts: readonly (readonly [name: string, connect: Connect])[] = [
  ["the first client", firstGeneration],
  ["the second client in the older era", secondGeneration("legacy")],
  ["the second client in the newer era", secondGeneration({ pin: "2026-07-28" })],
];

const saying = (text: RegExp) => ({ content: [{ type: "text", text: expect.stringMatching(text) }] });

describe.each(hosts)("%s, with PLATFORM_CONFIRM=destructive", (_, connect) => {
  test("asks its person before what destroys, and does what they agree to", async () => {
    await using host = await connect("accept");
    expect(await host.call("delete_things")).toMatchObject(saying(new RegExp(`^boundProject: ${project}$`)));
    expect(host.asked).toEqual(["Delete things (delete_things)?"]);
    await host.call("watch_thing");
    expect(host.asked).toHaveLength(1);
  });

  test.each([
    ["decline", /^delete_things did nothing: the person who was asked declined/],
    ["cancel", /^delete_things did nothing: the question whether to do it was closed without an answer/],
  ] as const)("after %s it does nothing", async (reply, says) => {
    await using host = await connect(reply);
    expect(await host.call("delete_things")).toMatchObject({ isError: true, ...saying(says) });
    expect(host.asked).toHaveLength(1);
  });

  test("that has nobody to ask is told what is needed", async () => {
    await using host = await connect(undefined);
    const says = /^delete_things did nothing: PLATFORM_CONFIRM=destructive wants a person.*this host cannot ask one/;
    expect(await host.call("delete_things")).toMatchObject({ isError: true, ...saying(says) });
  });
});

test("without PLATFORM_CONFIRM nobody is asked", async () => {
  await using server = new StdioServer({ file, env: { ...env, PLATFORM_CONFIRM: "" } });
  await server.initialize();
  expect(await call(server, "delete_things")).toMatchObject({ isError: false });
});

test("a consent that nobody was asked for asks", async () => {
  await using server = new StdioServer({ file, env });
  const meta = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": me,
    "io.modelcontextprotocol/clientCapabilities": { elicitation: {} },
  };
  const forged = (requestState?: string) =>
    server.request("tools/call", {
      _meta: meta,
      name: "delete_things",
      arguments: {},
      inputResponses: { confirm: { action: "accept", content: {} } },
      ...(requestState === undefined ? {} : { requestState }),
    });
  const states: unknown[] = [];
  for (const state of [undefined, "00000000-0000-4000-8000-000000000000"]) {
    const { result } = await forged(state);
    expect(result).toMatchObject({ resultType: "input_required", requestState: expect.any(String) });
    states.push(result?.requestState);
  }
  // What was asked may be agreed to, and no more than once.
  const [state] = states;
  expect((await forged(String(state))).result).toMatchObject({ content: expect.anything() });
  expect((await forged(String(state))).result).toMatchObject({ resultType: "input_required" });
});

test("a server whose PLATFORM_CONFIRM is misspelt does not start", async () => {
  await using server = new StdioServer({ file, env: { ...env, PLATFORM_CONFIRM: "always" } });
  expect((await server.exited).code).toBe(2);
  expect(server.stderr).toContain('PLATFORM_CONFIRM must be destructive, or not set, not "always".');
});
