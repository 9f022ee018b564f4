import type { FastifyInstance, FastifyReply } from "fastify";

/** Aborted when the server begins to close. */
export function closingSignal(app: FastifyInstance): AbortSignal {
  const controller = new AbortController();
  app.addHook("preClose", async () => controller.abort());
  return controller.signal;
}

/** Aborted when the connection closes before the answer has been sent. */
export function goneSignal({ raw }: FastifyReply): AbortSignal {
  const controller = new AbortController();
  raw.once("close", () => {
    if (!raw.writableFinished) controller.abort();
  });
  return controller.signal;
}
