import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";

/** A request as it arrived. */
export interface SeenRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  /** Reads the body; once. */
  readonly body: () => Promise<string>;
}

/** What stands where the platform should be, and behaves as no healthy platform does. */
export interface StandIn extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  /** Connections ever accepted. */
  readonly connections: () => number;
  /** Resolves when so many requests have come. */
  arrived(count: number): Promise<void>;
  /** Resolves when so many requests were given up by the client before they were answered. */
  aborted(count: number): Promise<void>;
}

type Answer = (response: ServerResponse, request: SeenRequest) => void;

/** Starts it on loopback; without `answer` it never answers. */
export async function startStandIn(answer: Answer = () => {}): Promise<StandIn> {
  const requests: SeenRequest[] = [];
  const waiting = new Set<() => void>();
  const counts = { connections: 0, aborted: 0 };
  const changed = () => {
    for (const wake of waiting) wake();
  };
  const until = async (condition: () => boolean) => {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        const wake = () => {
          waiting.delete(wake);
          resolve();
        };
        waiting.add(wake);
      });
    }
  };
  const server = createServer((message, response) => {
    const { method = "", url = "", headers } = message;
    const request = { method, url, headers, body: () => text(message) };
    requests.push(request);
    response.once("close", () => {
      if (!response.writableFinished) counts.aborted++;
      changed();
    });
    changed();
    answer(response, request);
  });
  server.on("connection", () => {
    counts.connections++;
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has an address and a port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    connections: () => counts.connections,
    arrived: (count) => until(() => requests.length >= count),
    aborted: (count) => until(() => counts.aborted >= count),
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Answers with JSON. */
export function sendJson(response: ServerResponse, status: number, value: unknown, headers = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(value));
}
