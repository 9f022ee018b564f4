import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";

/** A Node process of the same Node as this one, which holds nothing of this environment. */
export class NodeProcess implements AsyncDisposable {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #exited: Promise<unknown>;
  #arrived = "";
  #ended = false;
  #wake = () => {};

  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.#child = spawn(process.execPath, args, { env, stdio: ["pipe", "pipe", "inherit"] });
    this.#child.stdin.on("error", () => {});
    this.#exited = once(this.#child, "exit");
    this.#child.stdout.setEncoding("utf8");
    this.#child.stdout.on("data", (chunk: string) => {
      this.#arrived += chunk;
      this.#wake();
    });
    this.#child.once("close", () => {
      this.#ended = true;
      this.#wake();
    });
  }

  /** @throws when it could not be started */
  get pid(): number {
    if (this.#child.pid === undefined) throw new Error("the process did not start");
    return this.#child.pid;
  }

  write(text: string): void {
    this.#child.stdin.write(text);
  }

  /** The text before the next `end` on its stdout, which is taken away with it. @throws when it ends before */
  async readTo(end: string): Promise<string> {
    for (;;) {
      const at = this.#arrived.indexOf(end);
      if (at >= 0) {
        const text = this.#arrived.slice(0, at);
        this.#arrived = this.#arrived.slice(at + end.length);
        return text;
      }
      if (this.#ended) throw new Error(`the process ended before it wrote ${JSON.stringify(end)}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** From now on what it writes is read, so that it can go on writing, and forgotten. */
  discardOutput(): void {
    this.#child.stdout.removeAllListeners("data").resume();
    this.#arrived = "";
  }

  /** Lets it end, which its program does when its stdin has ended. */
  async finish(): Promise<void> {
    this.#child.stdin.end();
    await this.#exited;
  }

  /** Ends it at once and waits for its end, so that it takes no time from what is measured next. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#exited;
  }
}
