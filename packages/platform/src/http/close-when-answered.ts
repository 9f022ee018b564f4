import type { FastifyInstance } from "fastify";

/**
 * Lets a server that closes close each connection once its request has been answered. Those that are idle at the time
 * are closed anyway; one that was busy would stay open for the client's next request, and hold the server for a minute.
 */
export function closeWhenAnswered(app: FastifyInstance): void {
  let isClosing = false;
  app.addHook("preClose", async () => {
    isClosing = true;
  });
  app.addHook("onResponse", async () => {
    // After this response, so that its own connection counts as idle.
    if (isClosing) setImmediate(() => app.server.closeIdleConnections());
  });
}
