import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { bundlePath, type Domain, serverName } from "@platform-mcp/runner";
import { type AgentShell, runCommand } from "./agent-shell.ts";
import type { Hands } from "./hands.ts";
import type { Narrator } from "./narrator.ts";

interface ConnectOptions {
  readonly serversDir: string;
  readonly domains: readonly Domain[];
  readonly shell: AgentShell;
  readonly narrator: Narrator;
}

/** Starts the servers as a host does, and gives hands that use them and tell the narrator. */
export async function connectHands(options: ConnectOptions): Promise<Hands & AsyncDisposable> {
  const { serversDir, domains, shell, narrator } = options;
  const clients = new Map<string, Client>();
  const close = async () => {
    await Promise.all([...clients.values()].map((client) => client.close()));
  };
  const connect = async (domain: Domain) => {
    const client = new Client({ name: "demo", version: "1" });
    clients.set(serverName(domain), client);
    const args = [bundlePath(serversDir, domain)];
    await client.connect(new StdioClientTransport({ command: process.execPath, args, env: { ...shell.env } }));
  };
  await Promise.all(domains.map(connect)).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  return {
    async tool(server, name, args = {}) {
      narrator.call(server, name, args);
      const { content, isError } = await callTool(clients.get(server), name, args);
      narrator.answer(content);
      if (isError) throw new Error(content);
      return content;
    },
    async shell(command) {
      narrator.command(command);
      const output = await runCommand(command, shell);
      narrator.output(output);
      return output;
    },
    say: (words) => narrator.say(words),
    [Symbol.asyncDispose]: close,
  };
}

async function callTool(client: Client | undefined, name: string, args: Readonly<Record<string, unknown>>) {
  if (client === undefined) throw new Error(`the role has no server with ${name}`);
  const result = await client.callTool({ name, arguments: { ...args } });
  const content = result.content.map((block) => (block.type === "text" ? block.text : block.type)).join("\n");
  return { content, isError: result.isError === true };
}
