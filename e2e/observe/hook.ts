import { once } from "node:events";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";

interface Told {
  readonly action: string;
  readonly alert: { readonly name: string };
}

/** A receiver of webhooks about alerts, on loopback. */
export interface Hook extends AsyncDisposable {
  readonly url: string;
  /** What it got, oldest first. */
  readonly payloads: readonly Told[];
}

export async function startHook(): Promise<Hook> {
  const payloads: Told[] = [];
  const server = createServer(async (request, response) => {
    payloads.push(JSON.parse(await text(request)));
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
