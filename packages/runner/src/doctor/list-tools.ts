import { Client } from "@modelcontextprotocol/client";
import { definitionTokens } from "../definition-tokens.ts";
import { hostTransport } from "./host-transport.ts";
import type { Serving } from "./report.ts";
import { type ServerProcess, stopServer } from "./server-process.ts";

/** How long Claude Code waits for an answer in the newest protocol before it tries an older one, in milliseconds. */
const probeTimeoutMs = 3000;

/**
 * Asks a server for its tools as a host does when a session begins, and ends it.
 * @param startedAt when the process was started, by `performance.now()`
 * @throws when it ends instead of answering, or answers what is no list of tools
 */
export async function listTools(server: ServerProcess, startedAt: number): Promise<Serving> {
  const client = new Client(
    { name: "platform-mcp-doctor", version: "1" },
    { versionNegotiation: { mode: "auto", probe: { timeoutMs: probeTimeoutMs } } },
  );
  // Asked first, as the SDK only notices that the connection is gone.
  const gone = server.ended.then((reason) => Promise.reject(new Error(reason)));
  const listed = async (): Promise<Serving> => {
    await client.connect(hostTransport(server));
    const { tools } = await client.listTools();
    const startMs = Math.round(performance.now() - startedAt);
    return {
      tools: tools.length,
      tokens: tools.reduce((sum, tool) => sum + definitionTokens(tool), 0),
      start_ms: startMs,
      protocol: client.getNegotiatedProtocolVersion() ?? "unknown",
    };
  };
  try {
    return await Promise.race([gone, listed()]);
  } finally {
    await stopServer(server);
  }
}
