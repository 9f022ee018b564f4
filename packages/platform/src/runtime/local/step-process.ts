import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { StartError, type StepEvents, type StepExit } from "../runtime.ts";
import { readControlLines } from "./control-lines.ts";
import { deliver } from "./deliver.ts";

const guard = readFileSync(new URL("guard.sh", import.meta.url), "utf8");

/** Milliseconds between the request to end and the end. */
const grace = 10_000;
/** Milliseconds that a guard may take to end what it guards. */
const patience = 5_000;

export interface StepCommand {
  readonly mode: "namespaces" | "group";
  /** What becomes the step: a program and its arguments. It says `started` on standard error when the commands begin. */
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly room: string;
  /** Seconds without a sign of life after which the step ends. */
  readonly watchSeconds: number;
  /** Ends what the guard cannot reach; resolves when it is gone. */
  readonly endRest: () => Promise<void>;
}

/** A step's processes. */
export interface StepProcess {
  /** Resolves when all of them are gone and what they printed is handed on; never rejects. */
  readonly exited: Promise<StepExit>;
  /** SIGTERM to all of them, and SIGKILL 10 seconds later. */
  stop(): void;
  /** SIGKILL to all of them. */
  kill(): void;
  keepAlive(): void;
}

/** Starts a step under its guard and resolves once its commands run. @throws StartError, and the reason of `signal` */
export async function startProcess(
  plan: StepCommand,
  output: StepEvents["output"],
  signal: AbortSignal,
): Promise<StepProcess> {
  const { child, stdout, stderr, words } = spawnGuard(plan);
  const lines = readControlLines(stderr);
  let failure: Error | undefined;
  const gone = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", (error) => {
      failure = error;
      if (child.pid === undefined) resolve();
    });
  });
  const ended = Promise.race([lines.ended, gone]);
  const say = (word: string) => void (words.writable && words.write(word));
  const killGuard = () => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    process.kill(-child.pid, "SIGKILL");
  };

  let timer: NodeJS.Timeout | undefined;
  let isToEnd = false;
  const kill = () => {
    if (isToEnd) return;
    isToEnd = true;
    clearTimeout(timer);
    say("q");
    timer = setTimeout(killGuard, patience);
  };
  const stop = () => {
    if (timer !== undefined) return;
    say("t");
    timer = setTimeout(kill, grace);
  };
  ended.then(() => {
    clearTimeout(timer);
    // Nothing listens any more but what waits for the next word.
    words.destroy();
  });
  const cleared = ended.then(plan.endRest);
  const delivered = deliver(stdout, output, cleared);
  const exited = (async (): Promise<StepExit> => {
    await cleared;
    await delivered;
    await Promise.race([gone, delay(patience, undefined, { ref: false })]);
    killGuard();
    await gone;
    const { exitCode, isKilled, isAbandoned } = lines;
    if (exitCode === undefined || isKilled || isAbandoned) {
      return { exitCode: null, signal: "SIGKILL", abandoned: isAbandoned };
    }
    return { exitCode, signal: null, abandoned: false };
  })();

  const onAbort = () => kill();
  signal.addEventListener("abort", onAbort, { once: true });
  const isStarted = await Promise.race([lines.started.then(() => true), exited.then(() => false)]);
  signal.removeEventListener("abort", onAbort);
  if (signal.aborted) {
    kill();
    await exited;
    throw signal.reason;
  }
  if (!isStarted) throw new StartError(`The step cannot be started: ${failure?.message ?? lines.errors}`);
  return { exited, stop, kill, keepAlive: () => say("k") };
}

function spawnGuard({ mode, watchSeconds, room, command, environment }: StepCommand) {
  const args = ["-c", guard, "step", mode, String(watchSeconds), room, ...command];
  const child = spawnOrThrow(args, environment);
  const { stdout, stderr } = child;
  const words = child.stdio[3];
  if (!stdout || !stderr || !(words instanceof Socket)) {
    // Too many open files, say: the reason would come as an event.
    child.on("error", () => {});
    throw new StartError("The step cannot be started: there are too many open files or processes");
  }
  words.on("error", () => {});
  return { child, stdout, stderr, words };
}

function spawnOrThrow(args: readonly string[], env: Readonly<Record<string, string>>) {
  try {
    return spawn("/bin/sh", args, { cwd: "/", env, detached: true, stdio: ["ignore", "pipe", "pipe", "pipe"] });
  } catch (error) {
    // Such as E2BIG, for an environment that is too large as a whole.
    throw new StartError(`The step cannot be started: ${error instanceof Error ? error.message : String(error)}`);
  }
}
