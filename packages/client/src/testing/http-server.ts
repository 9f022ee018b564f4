import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a test's server saw of a request. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export interface TestServer extends AsyncDisposable {
  readonly url: string;
  /** Every request whose headers and body arrived, in order. */
  readonly seen: readonly SeenRequest[];
}

type Answerer = (response: ServerResponse, request: SeenRequest, count: number) => unknown;

/** A real HTTP server on loopback; `answer` is called once the whole request is there, with its number from 1. */
export async function startHttpServer(answer: Answerer): Promise<TestServer> {
  const seen: SeenRequest[] = [];
  const listener: RequestListener = async (message, response) => {
    let body = "";
    message.setEncoding("utf8");
    for await (const chunk of message) body += chunk;
    const { method = "", url = "", headers } = message;
    const request = { method, url, headers, body };
    answer(response, request, seen.push(request));
  };
  const server = createServer(listener);
  const url = await new Promise<string>((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      resolve(`http://127.0.0.1:${port}`);
    });
  });
  return {
    url,
    seen,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Answers with JSON. */
export function sendJson(response: ServerResponse, status: number, value: unknown, headers = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(value));
}
