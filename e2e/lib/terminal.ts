import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";

/** Printed when what was entered has ended, with its exit code. */
const mark = "-- ended with ";

/** A shell in which commands are entered one after the other, as somebody does who follows a document. */
export class Terminal implements AsyncDisposable {
  readonly #shell: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;

  /** @param env the whole environment */
  constructor({ cwd, env }: { readonly cwd: string; readonly env: Readonly<Record<string, string>> }) {
    this.#shell = spawn("sh", [], { cwd, env, stdio: ["pipe", "pipe", "inherit"] });
    this.#lines = createInterface({ input: this.#shell.stdout })[Symbol.asyncIterator]();
  }

  /** Enters commands and gives what they print. @throws when the last one, or one in between, fails */
  async enter(commands: string): Promise<string> {
    // What is exported and where it is must outlive it: a list of commands, not a shell of its own. They read nothing.
    this.#shell.stdin.write(`set -e\n${commands}\nset +e\necho; echo "${mark}$?"\n`);
    const printed: string[] = [];
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done) throw new Error(`this has failed:\n${commands}\n${printed.join("\n")}`);
      if (value.startsWith(mark)) return printed.join("\n");
      printed.push(value);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#shell, "close");
    if (this.#shell.exitCode !== null || this.#shell.signalCode !== null) return;
    this.#shell.stdin.end();
    await ended;
  }
}
