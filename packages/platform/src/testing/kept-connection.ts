import { Agent, type IncomingHttpHeaders, request } from "node:http";
import type { Socket } from "node:net";
import { text } from "node:stream/consumers";

interface Call {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** One TCP connection over which every request goes, as a client with keep-alive makes them. */
export class KeptConnection implements Disposable {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #url: string;
  #socket: Socket | undefined;

  constructor(url: string) {
    this.#url = url;
  }

  /** Makes a request. @throws when the server has closed the connection, so that it would need another one */
  async send(path: string, { method = "GET", headers = {}, body }: Call = {}) {
    const { promise, resolve, reject } = Promise.withResolvers<{
      status: number;
      headers: IncomingHttpHeaders;
      text: string;
    }>();
    const sent = request(new URL(path, this.#url), {
      method,
      agent: this.#agent,
      headers: { ...headers, ...(body !== undefined && { "content-type": "application/json" }) },
    });
    sent.once("error", reject);
    sent.once("socket", (socket) => {
      this.#socket ??= socket;
      if (this.#socket !== socket) reject(new Error("the connection was not kept"));
    });
    sent.once("response", (response) => {
      const { statusCode: status = 0, headers: answered } = response;
      text(response).then((content) => resolve({ status, headers: answered, text: content }), reject);
    });
    sent.end(body === undefined ? undefined : JSON.stringify(body));
    return await promise;
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}
