import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import type { HostChanges } from "./host-changes.ts";

interface DaemonOptions {
  readonly program: string;
  readonly args: readonly string[];
  /** What starts the program: another one and its first arguments, which becomes this one. */
  readonly starter?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** The file to which its output is appended. */
  readonly log: string;
}

/** A program that serves until the changes to this host are undone. */
export class Daemon {
  readonly #name: string;
  readonly #log: string;
  readonly #process: ChildProcess;

  private constructor(name: string, log: string, process: ChildProcess) {
    this.#name = name;
    this.#log = log;
    this.#process = process;
  }

  static start(changes: HostChanges, options: DaemonOptions): Daemon {
    const { program, args, starter = [], env = process.env, log } = options;
    const [first = program, ...rest] = [...starter, program, ...args];
    const output = openSync(log, "a");
    // Not in the terminal's process group: Ctrl-C is for who started it, who ends it in its turn.
    const child = spawn(first, rest, { env, detached: true, stdio: ["ignore", output, output] });
    closeSync(output);
    if (child.pid !== undefined) changes.willUndo(`end ${child.pid}`);
    // What becomes of it is looked at where it is waited for.
    child.on("error", () => {});
    return new Daemon(program.split("/").at(-1) ?? program, log, child);
  }

  /** Waits until it does what it is there for. @throws with the end of its log when it ends, or does not within 60 seconds */
  async until(isReady: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + 60_000;
    while (!(await isReady())) {
      const { pid, exitCode, signalCode } = this.#process;
      if (pid === undefined || exitCode !== null || signalCode !== null || Date.now() > deadline) {
        const lines = (await readFile(this.#log, "utf8")).trimEnd().split("\n");
        throw new Error(`${this.#name} does not start:\n${lines.slice(-20).join("\n")}`);
      }
      await delay(100);
    }
  }
}
