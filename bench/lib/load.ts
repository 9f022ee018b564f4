import { Pool } from "undici";
import type { Sample } from "./benchmark.ts";
import { spreadOf } from "./statistics.ts";

/** A request of a load. */
export interface LoadRequest {
  readonly method: "GET" | "PATCH" | "POST";
  readonly path: string;
  readonly body?: string | Uint8Array;
  /** A part of the answer, without which it is not the right one. */
  readonly expected: string;
}

/** What to send on the connection of this number, as its `count`th request. */
export type NextRequest = (connection: number, count: number) => LoadRequest;

/** How many connections a load has, each with one request at a time. */
export const connections = 16;
/** How long a slice of it lasts, in milliseconds. */
const slice = 1000;

/** Asks one server as fast as it answers, a slice at a time. */
export class Load implements AsyncDisposable {
  readonly #pool: Pool;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #next: NextRequest;
  #sent = 0;

  constructor(url: string, headers: Readonly<Record<string, string>>, next: NextRequest) {
    this.#pool = new Pool(url, { connections, pipelining: 1 });
    this.#headers = headers;
    this.#next = next;
  }

  /** @throws when an answer is not the right one, which would not be what is measured */
  async run(): Promise<Sample> {
    const latencies: number[] = [];
    const begin = performance.now();
    const connection = async (number: number) => {
      for (let before = begin; before - begin < slice; ) {
        await this.#ask(this.#next(number, this.#sent++));
        const after = performance.now();
        latencies.push(after - before);
        before = after;
      }
    };
    await Promise.all(Array.from({ length: connections }, (_, number) => connection(number)));
    const seconds = (performance.now() - begin) / 1000;
    return { "requests/s": latencies.length / seconds, "p50 ms": spreadOf(latencies).median };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.close();
  }

  async #ask({ method, path, body, expected }: LoadRequest): Promise<void> {
    const response = await this.#pool.request({ method, path, body: body ?? null, headers: this.#headers });
    const answer = await response.body.text();
    if (response.statusCode !== 200 || !answer.includes(expected)) {
      throw new Error(`${method} ${path} was answered ${response.statusCode} ${answer}`);
    }
  }
}
