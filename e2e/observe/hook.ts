import { once } from "node:events";
import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import * as z from "zod";

const payload = z.object({ action: z.string(), alert: z.object({ name: z.string() }) });

/** A receiver of webhooks about alerts, on loopback. */
export interface Hook extends AsyncDisposable {
  readonly url: string;
  /** What it got, oldest first. */
  readonly payloads: readonly z.output<typeof payload>[];
}

export async function startHook(): Promise<Hook> {
  const payloads: z.output<typeof payload>[] = [];
  const server = createServer(async (request, response) => {
    payloads.push(payload.parse(await json(request)));
    response.end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has an address and a port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    payloads,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
