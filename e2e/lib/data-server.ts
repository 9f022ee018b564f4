import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { expect } from "vitest";

/** A server with `PLATFORM_MCP_OUTPUT=structured`, as somebody uses it who wants data. */
export interface DataServer extends AsyncDisposable {
  readonly tools: readonly string[];
  /** Calls a tool, holds its answer against the schema that it announces, and gives the data. */
  data(tool: string, args?: Readonly<Record<string, unknown>>): Promise<unknown>;
}

export async function openDataServer({
  file,
  env,
}: {
  readonly file: string;
  readonly env: Readonly<Record<string, string>>;
}): Promise<DataServer> {
  const client = new Client({ name: "test", version: "1" });
  const structured = { ...env, PLATFORM_MCP_OUTPUT: "structured" };
  await client.connect(new StdioClientTransport({ command: process.execPath, args: [file], env: structured }));
  const { tools } = await client.listTools();
  expect(tools.every(({ outputSchema }) => outputSchema?.type === "object")).toBe(true);
  return {
    tools: tools.map(({ name }) => name),
    async data(name, args = {}) {
      // The client throws when what is there does not fit; what the schema does not name, it lets pass.
      const { content, structuredContent, isError } = await client.callTool({ name, arguments: { ...args } });
      expect({ name, isError: isError === true, content }).toEqual({ name, isError: false, content: [] });
      const announced = Object.keys(tools.find((tool) => tool.name === name)?.outputSchema?.properties ?? {});
      expect(structuredContent).toBeTypeOf("object");
      const told = Object.keys(Object(structuredContent));
      expect(announced, name).toEqual(expect.arrayContaining(told));
      expect(told, name).not.toEqual([]);
      return structuredContent;
    },
    [Symbol.asyncDispose]: async () => await client.close(),
  };
}
