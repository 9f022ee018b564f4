import { Client, type ClientOptions } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { Client as FirstClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as FirstTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { StdioServer } from "../lib/stdio-server.ts";
import { type Contract, openContract } from "./lib/contract.ts";

const me = { name: "contract-test", version: "1" };

let contract: Contract;
beforeAll(async () => {
  contract = await openContract();
});
afterAll(async () => {
  await contract?.[Symbol.asyncDispose]();
});

/** What the tests need of a client, of whichever generation. */
interface AnyClient {
  listTools(): Promise<{ readonly tools: readonly { readonly name: string; readonly inputSchema: object }[] }>;
  callTool(call: { name: string; arguments: Record<string, unknown> }): Promise<{ readonly [key: string]: unknown }>;
  getInstructions(): string | undefined;
  getServerVersion(): { readonly name: string; readonly version: string } | undefined;
  close(): Promise<void>;
}

interface Connected {
  readonly client: AnyClient;
  readonly protocol: string | undefined;
}

const command = (env: Readonly<Record<string, string>>) => ({
  command: process.execPath,
  args: [contract.file],
  env: { ...contract.env, ...env },
});

async function secondGeneration(
  mode: NonNullable<ClientOptions["versionNegotiation"]>["mode"],
  env: Readonly<Record<string, string>>,
): Promise<Connected> {
  const client = new Client(me, mode === undefined ? {} : { versionNegotiation: { mode } });
  await client.connect(new StdioClientTransport(command(env)));
  return { client, protocol: client.getNegotiatedProtocolVersion() };
}

async function firstGeneration(env: Readonly<Record<string, string>>): Promise<Connected> {
  const client = new FirstClient(me);
  const transport = new FirstTransport(command(env));
  await client.connect(transport);
  return { client, protocol: "2025-11-25" };
}

type Connect = (env: Readonly<Record<string, string>>) => Promise<Connected>;

const hosts: readonly (readonly [name: string, protocol: string, connect: Connect])[] = [
  ["the first client", "2025-11-25", (env) => firstGeneration(env)],
  ["the second client in the older era", "2025-11-25", (env) => secondGeneration("legacy", env)],
  ["the second client in the newer era", "2026-07-28", (env) => secondGeneration({ pin: "2026-07-28" }, env)],
  ["the second client that negotiates", "2026-07-28", (env) => secondGeneration("auto", env)],
];

describe.each(hosts)("%s", (_, expected, connect) => {
  test("agrees on the protocol, and learns what the server is for", async () => {
    const { client, protocol } = await connect({});
    expect(protocol).toBe(expected);
    expect(client.getInstructions()).toContain(`These tools work on project ${contract.project.id} alone`);
    expect(client.getServerVersion()).toMatchObject({ name: "platform-core", version: expect.stringMatching(/^\d/) });
    await client.close();
  });

  test("lists and calls tools", async () => {
    const { client } = await connect({});
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toContain("read_file");
    const answer = await client.callTool({ name: "read_file", arguments: { path: "src/small.ts" } });
    expect(answer).toMatchObject({
      content: [
        { type: "text", text: expect.stringMatching(/^path: src\/small\.ts\nsize: 14\nlines: 1-3 of 3\n<untrusted/) },
      ],
    });
    expect(answer).not.toHaveProperty("structuredContent");
    await client.close();
  });

  test("gets errors of tools as results, and an unknown tool as an error of the protocol", async () => {
    const { client } = await connect({});
    const answer = await client.callTool({ name: "read_file", arguments: { file: "x" } });
    expect(answer.isError).toBe(true);
    await expect(client.callTool({ name: "write_file", arguments: {} })).rejects.toThrow(
      /Unknown tool "write_file"; this server has: get_project/,
    );
    await client.close();
  });

  test("gets data that fits the schema announced", async () => {
    const { client } = await connect({ PLATFORM_MCP_OUTPUT: "structured" });
    // With a list at hand, clients hold structured content against its schema and throw when it does not fit.
    await client.listTools();
    const answer = await client.callTool({ name: "list_files", arguments: { path: "src" } });
    expect(answer).toMatchObject({
      content: [],
      structuredContent: { files: [{ path: "src/large.ts" }, { path: "src/small.ts", kind: "file", size: 14 }] },
    });
    const failed = await client.callTool({ name: "list_files", arguments: { path: "nowhere" } });
    expect(failed).toMatchObject({ isError: true });
    await client.close();
  });
});

test("one server that is probed and then initialised, as hosts do when they fall back", async () => {
  await using server = new StdioServer({ file: contract.file, env: contract.env });
  expect((await server.request("server/discover")).error?.code).toBe(-32601);
  const { instructions, protocolVersion } = await server.initialize();
  expect(protocolVersion).toBe("2025-11-25");
  expect(instructions).toContain("git repositories");
  expect((await server.request("tools/list")).result).toHaveProperty("tools");
});

test.each(["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"])(
  "hosts of %s are served",
  async (protocolVersion) => {
    await using server = new StdioServer({ file: contract.file, env: contract.env });
    const { result } = await server.request("initialize", { protocolVersion, capabilities: {}, clientInfo: me });
    expect(result?.protocolVersion).toBe(protocolVersion);
  },
);
