import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import { expect, vi } from "vitest";

/** A request that a receiver got. */
export interface Received {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

type Answerer = (response: ServerResponse, request: Received, nth: number) => void;

const thanks: Answerer = (response) => response.end("thanks");

/** A receiver of webhooks on loopback, which answers once it has read a request; by default with 200. */
export async function startReceiver(answer: Answerer = thanks) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { url = "", headers } = request;
    const seen = { url, headers, body: Buffer.concat(chunks).toString("utf8") };
    answer(response, seen, received.push(seen));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the receiver does not listen on a port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    received,
    /** What was received at a path, as JSON, once there are so many. */
    payloads: async (path: string, count: number) => {
      const bodies = () => received.filter(({ url }) => url === path).map(({ body }) => JSON.parse(body));
      await vi.waitFor(() => expect(bodies()).toHaveLength(count), { timeout: 20_000, interval: 10 });
      return bodies();
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
