import { type JSONRPCMessage, ReadBuffer, serializeMessage, type Transport } from "@modelcontextprotocol/client";
import type { ServerProcess } from "./server-process.ts";

/**
 * MCP over the pipes of a server that was started already. The SDK's own transport would ask a second process which
 * protocol it speaks; hosts ask the one they go on with, and its start is what is measured.
 */
export function hostTransport(server: ServerProcess): Transport {
  const { child, ended } = server;
  const buffer = new ReadBuffer();
  const transport: Transport = {
    async start() {
      child.stdout.on("data", (chunk: Buffer) => {
        try {
          buffer.append(chunk);
          for (let message = buffer.readMessage(); message !== null; message = buffer.readMessage()) {
            transport.onmessage?.(message);
          }
        } catch (error) {
          transport.onerror?.(error instanceof Error ? error : new Error(String(error)));
        }
      });
      ended.then(() => transport.onclose?.());
    },
    async send(message: JSONRPCMessage) {
      child.stdin.write(serializeMessage(message));
    },
    async close() {
      child.stdin.end();
    },
  };
  // By these two the SDK tells a child process from HTTP, where an unanswered first request means an outage.
  return Object.assign(transport, { stderr: null, pid: child.pid ?? null });
}
