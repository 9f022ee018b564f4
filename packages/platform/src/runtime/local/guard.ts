import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { Socket } from "node:net";
import type { Readable } from "node:stream";
import { sendSignal } from "../../db/embedded/process-table.ts";
import { StartError } from "../runtime.ts";
import { type ControlLines, readControlLines } from "./control-lines.ts";

const script = readFileSync(new URL("guard.sh", import.meta.url), "utf8");

export interface GuardedCommand {
  readonly mode: "namespaces" | "group";
  /** What is run: a program and its arguments. It says `started` on standard error when the commands begin. */
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** The path of its room. */
  readonly room: string;
  /** Seconds without a sign of life after which what is run ends. */
  readonly watchSeconds: number;
}

/** The process that runs commands, of a step or an agent, and watches over them. */
export interface Guard {
  readonly stdout: Readable;
  readonly lines: ControlLines;
  /** Resolves when it has ended, to why it could not even be started. */
  readonly gone: Promise<Error | undefined>;
  /** Tells it that the platform lives (`k`), to ask all (`t`) or the first process (`f`) to end, or to end them (`q`). */
  say(word: "k" | "t" | "f" | "q"): void;
  /** There is nothing more to say. */
  hangUp(): void;
  /** Ends a guard that does not do what it is told, and what it runs with it. */
  kill(): void;
}

/** @throws StartError when no process can be started */
export function startGuard(guarded: GuardedCommand): Guard {
  const child = spawnGuard(guarded);
  const { stdout, stderr } = child;
  const words = child.stdio[3];
  const gone = new Promise<Error | undefined>((resolve) => {
    child.once("exit", () => resolve(undefined));
    child.on("error", resolve);
  });
  if (!stdout || !stderr || !(words instanceof Socket)) {
    throw new StartError("It cannot be started: there are too many open files or processes");
  }
  // It may have ended when it is spoken to.
  words.on("error", () => {});
  return {
    stdout,
    lines: readControlLines(stderr),
    gone,
    say: (word) => void (words.writable && words.write(word)),
    hangUp: () => words.destroy(),
    kill() {
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
        sendSignal(-child.pid, "SIGKILL");
      }
    },
  };
}

function spawnGuard({ mode, watchSeconds, room, command, environment }: GuardedCommand) {
  const args = ["-c", script, "step", mode, String(watchSeconds), room, ...command];
  const stdio = ["ignore", "pipe", "pipe", "pipe"] as const;
  try {
    return spawn("/bin/sh", args, { cwd: "/", env: environment, detached: true, stdio: [...stdio] });
  } catch (error) {
    // Such as E2BIG, for an environment that is too large as a whole.
    throw new StartError(`It cannot be started: ${error instanceof Error ? error.message : String(error)}`);
  }
}
