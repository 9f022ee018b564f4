import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { FastifyInstance } from "fastify";

/**
 * Lets a server that closes close each connection once its request has been answered. Those that are idle at the time
 * are closed anyway; one that was busy would stay open for the client's next request, and one on which no request has
 * come yet for its first, and hold the server for a minute.
 */
export function closeWhenAnswered(app: FastifyInstance): void {
  let isClosing = false;
  const unused = new Set<Socket>();
  app.server.on("connection", (socket: Socket) => {
    if (isClosing) return void socket.destroy();
    unused.add(socket);
    socket.once("close", () => unused.delete(socket));
  });
  app.server.on("request", ({ socket }: IncomingMessage) => unused.delete(socket));
  app.addHook("preClose", async () => {
    isClosing = true;
    for (const socket of unused) socket.destroy();
  });
  app.addHook("onResponse", async () => {
    // After this response, so that its own connection counts as idle.
    if (isClosing) setImmediate(() => app.server.closeIdleConnections());
  });
}
