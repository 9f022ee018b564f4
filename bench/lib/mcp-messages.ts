const client = { name: "bench", version: "1" };

function message(content: object): string {
  return `${JSON.stringify({ jsonrpc: "2.0", ...content })}\n`;
}

/** The id of the request for the tools; requests after it count on. */
export const listId = 2;

/** What a host of the 2025-11-25 era sends to learn a server's tools, all at once. */
export const listTools = [
  message({
    id: 1,
    method: "initialize",
    params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: client },
  }),
  message({ method: "notifications/initialized" }),
  message({ id: listId, method: "tools/list" }),
].join("");

const _meta = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientInfo": client,
  "io.modelcontextprotocol/clientCapabilities": {},
};

/** The same in the 2026-07-28 era, whose requests carry what the handshake did. */
export const listToolsStateless = [
  message({ id: 1, method: "server/discover", params: { _meta } }),
  message({ id: listId, method: "tools/list", params: { _meta } }),
].join("");

/** A call of a tool after the handshake of the 2025-11-25 era. */
export function callTool(id: number, name: string, args: Readonly<Record<string, unknown>>): string {
  return message({ id, method: "tools/call", params: { name, arguments: args } });
}
