import { setTimeout as delay } from "node:timers/promises";
import { StartError, type StepExit } from "../runtime.ts";
import { deliver } from "./deliver.ts";
import { type Guard, type GuardedCommand, startGuard } from "./guard.ts";

/** Milliseconds that a guard may take to do what it is told, and to end when there is nothing left to guard. */
const patience = 5_000;

export interface GuardedProcessOptions extends GuardedCommand {
  /** Takes what is printed; its promise slows the printing down, and never rejects. */
  readonly output: (chunk: Uint8Array) => Promise<void>;
  /** Seconds between the request to end and the end. */
  readonly graceSeconds: number;
  /** Who is asked to end: all processes, or the first one, which sees to the others. */
  readonly asks: "all" | "first";
  /** Ends what the guard cannot reach, and resolves when it is gone. */
  readonly endRest: () => Promise<void>;
}

/** The processes of a step, or of one stage of an agent. */
export class GuardedProcess {
  /** Resolves when all of them are gone and what they printed is handed on; never rejects. */
  readonly exited: Promise<StepExit>;
  readonly #guard: Guard;
  readonly #grace: number;
  readonly #request: "t" | "f";
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;
  #isToEnd = false;

  private constructor(guard: Guard, { graceSeconds, asks, output, endRest }: GuardedProcessOptions) {
    this.#guard = guard;
    this.#grace = graceSeconds * 1000;
    this.#request = asks === "all" ? "t" : "f";
    this.exited = this.#follow(output, endRest);
  }

  /** Starts commands under a guard and resolves once they run. @throws StartError, and the reason of `signal` */
  static async start(options: GuardedProcessOptions, signal: AbortSignal): Promise<GuardedProcess> {
    const guard = startGuard(options);
    const started = new GuardedProcess(guard, options);
    const kill = () => started.kill();
    signal.addEventListener("abort", kill, { once: true });
    if (signal.aborted) kill();
    const isStarted = await Promise.race([guard.lines.started.then(() => true), started.exited.then(() => false)]);
    signal.removeEventListener("abort", kill);
    if (signal.aborted) {
      await started.exited;
      throw signal.reason;
    }
    if (isStarted) return started;
    const failure = await guard.gone;
    throw new StartError(`It cannot be started: ${failure?.message ?? guard.lines.errors}`);
  }

  keepAlive(): void {
    this.#guard.say("k");
  }

  /** SIGTERM, and SIGKILL to all of them after the grace. */
  stop(): void {
    if (this.#isOver || this.#timer !== undefined) return;
    this.#guard.say(this.#request);
    this.#timer = setTimeout(() => this.kill(), this.#grace);
  }

  /** SIGKILL to all of them. */
  kill(): void {
    if (this.#isOver || this.#isToEnd) return;
    this.#isToEnd = true;
    clearTimeout(this.#timer);
    this.#guard.say("q");
    this.#timer = setTimeout(() => this.#guard.kill(), patience);
  }

  async #follow(output: GuardedProcessOptions["output"], endRest: () => Promise<void>): Promise<StepExit> {
    const { lines, gone, stdout } = this.#guard;
    const ended = Promise.race([lines.ended, gone]).then(async () => {
      this.#isOver = true;
      clearTimeout(this.#timer);
      this.#guard.hangUp();
      await endRest();
    });
    await deliver(stdout, output, ended);
    await ended;
    await Promise.race([Promise.all([gone, lines.closed]), delay(patience, undefined, { ref: false })]);
    this.#guard.kill();
    await gone;
    const { exitCode, isKilled, isAbandoned } = lines;
    const isEnded = exitCode === undefined || isKilled || isAbandoned;
    return isEnded
      ? { exitCode: null, signal: "SIGKILL", abandoned: isAbandoned }
      : { exitCode, signal: null, abandoned: false };
  }
}
