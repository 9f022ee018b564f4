import { createInterface } from "node:readline";

/** The smallest MCP server with which to prove the way from the model to a server and back: it says what it is told. */
const echo = {
  name: "echo",
  description: "Says back what it is told.",
  inputSchema: { type: "object", properties: { text: { type: "string" } } },
};

interface Request {
  readonly id?: number;
  readonly method: string;
  readonly params: { readonly arguments?: { readonly text?: string } };
}

for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params }: Request = JSON.parse(line);
  // A notification has no id and wants no answer.
  if (id === undefined) continue;
  process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", id, ...answer(method, params) })}\n`);
}

function answer(method: string, params: Request["params"]) {
  switch (method) {
    case "initialize":
      return {
        result: {
          protocolVersion: "2025-11-25",
          capabilities: { tools: {} },
          serverInfo: { name: "echo", version: "1.0.0" },
          instructions: "Ask echo to hear yourself.",
        },
      };
    case "tools/list":
      return { result: { tools: [echo] } };
    case "tools/call":
      return { result: said(params.arguments?.text) };
    default:
      return { error: { code: -32601, message: "Method not found" } };
  }
}

function said(text: string | undefined) {
  return text === undefined
    ? { content: [{ type: "text", text: "nothing to echo" }], isError: true }
    : { content: [{ type: "text", text: `heard ${text}` }] };
}
