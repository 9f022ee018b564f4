import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";

/** A JSON-RPC message that came from a server. */
export interface RpcMessage {
  readonly jsonrpc?: unknown;
  readonly id?: string | number | null;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

interface StdioServerOptions {
  /** Path of the bundle. */
  readonly file: string;
  readonly args?: readonly string[];
  /** The whole environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** How a server ended. */
export interface ServerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** `performance.now()` of the moment. */
  readonly at: number;
}

/** What a client says of itself in the era before 2026-07-28. */
const initializeParams = {
  protocolVersion: "2025-11-25",
  capabilities: {},
  clientInfo: { name: "stdio-test", version: "1" },
};

/** A server's process, driven by hand: what no client library would send can be sent, and everything it writes is seen. */
export class StdioServer implements AsyncDisposable {
  /** Everything it wrote on stdout, line by line. */
  readonly lines: string[] = [];
  /** Everything it wrote on stderr. */
  stderr = "";
  readonly exited: Promise<ServerExit>;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #watchers = new Set<() => void>();
  #partial = "";
  #ended = false;
  #nextId = 1;

  constructor({ file, args = [], env, cwd }: StdioServerOptions) {
    this.#child = spawn(process.execPath, [file, ...args], { env, cwd, stdio: ["pipe", "pipe", "pipe"] });
    this.#child.stdin.on("error", () => {});
    this.#child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      const pieces = (this.#partial + chunk).split("\n");
      this.#partial = pieces.pop() ?? "";
      this.lines.push(...pieces);
      this.#changed();
    });
    this.#child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      this.stderr += chunk;
      this.#changed();
    });
    this.exited = once(this.#child, "exit").then(([code, signal]) => ({ code, signal, at: performance.now() }));
    this.#child.once("close", () => {
      this.#ended = true;
      this.#changed();
    });
  }

  /** Its process; undefined when it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** The messages among the lines. @throws SyntaxError when a line is not JSON */
  get messages(): RpcMessage[] {
    return this.lines.map((line) => JSON.parse(line));
  }

  /** Writes raw bytes, or a message and its newline; resolves when the pipe takes more. */
  async send(message: object | string | Buffer): Promise<void> {
    const data = typeof message === "string" || Buffer.isBuffer(message) ? message : `${JSON.stringify(message)}\n`;
    if (!this.#child.stdin.write(data)) await Promise.race([once(this.#child.stdin, "drain"), this.exited]);
  }

  /** Sends a request and gives the id it went out with. */
  async post(method: string, params?: object): Promise<number> {
    const id = this.#nextId++;
    await this.send({ jsonrpc: "2.0", id, method, ...(params === undefined ? {} : { params }) });
    return id;
  }

  /** Sends a request and waits for its answer. */
  async request(method: string, params?: object): Promise<RpcMessage> {
    return await this.answerTo(await this.post(method, params));
  }

  async notify(method: string, params?: object): Promise<void> {
    await this.send({ jsonrpc: "2.0", method, ...(params === undefined ? {} : { params }) });
  }

  /** The handshake of the era before 2026-07-28; gives what the server says of itself. */
  async initialize(): Promise<Record<string, unknown>> {
    const { result, error } = await this.request("initialize", initializeParams);
    if (result === undefined) throw new Error(`initialize failed: ${error?.message}\n${this.stderr}`);
    await this.notify("notifications/initialized");
    return result;
  }

  /** The answer to the request of that id, as soon as it is there. */
  async answerTo(id: string | number): Promise<RpcMessage> {
    let seen = 0;
    return await this.until(() => {
      for (; seen < this.lines.length; seen++) {
        const message: RpcMessage = JSON.parse(this.lines[seen] ?? "");
        if (message.id === id && message.method === undefined) return message;
      }
      return undefined;
    }, `an answer to ${id}`);
  }

  /** Waits until `find` gives something; it is asked whenever the server has written. @throws when the server is gone */
  async until<Found>(find: () => Found | undefined, what: string): Promise<Found> {
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      if (this.#ended) throw new Error(`the server ended before there was ${what}\n${this.stderr}`);
      await new Promise<void>((resolve) => {
        const watcher = () => {
          this.#watchers.delete(watcher);
          resolve();
        };
        this.#watchers.add(watcher);
      });
    }
  }

  /** Ends its stdin, as a host that goes away does. */
  closeInput(): void {
    this.#child.stdin.end();
  }

  /** Stops reading what it writes, as a host that died does. */
  closeOutput(): void {
    this.#child.stdout.destroy();
  }

  /** Leaves what it writes in the pipe, as a host that hangs does. */
  pauseOutput(): void {
    this.#child.stdout.pause();
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Kills it if it still runs. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.exited;
  }

  #changed(): void {
    for (const watcher of this.#watchers) watcher();
  }
}
