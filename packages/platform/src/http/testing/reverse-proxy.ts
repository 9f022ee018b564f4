import { once } from "node:events";
import { createServer, request } from "node:http";

/** A reverse proxy as they stand before a platform: it serves `upstream` below `/prefix` and says for whom it asks. */
export async function startReverseProxy(upstream: string): Promise<{ readonly url: string; close(): Promise<void> }> {
  const { hostname, port } = new URL(upstream);
  const server = createServer((incoming, outgoing) => {
    const { method, headers, socket } = incoming;
    const path = (incoming.url ?? "").replace(/^\/prefix/, "");
    const forwarded = { ...headers, "x-forwarded-for": socket.remoteAddress ?? "", "x-forwarded-proto": "https" };
    const passed = request({ hostname, port, method, path, headers: forwarded }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    passed.on("error", () => outgoing.destroy());
    incoming.pipe(passed);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  return {
    url: `http://127.0.0.1:${address.port}/prefix`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
