import { setTimeout as delay } from "node:timers/promises";
import { StartError, type StepEvents, type StepExit } from "../runtime.ts";
import { deliver } from "./deliver.ts";
import { type Guard, type GuardedCommand, startGuard } from "./guard.ts";

/** Milliseconds that a guard may take to do what it is told, and to end when there is nothing left to guard. */
const patience = 5_000;

export interface StepProcessOptions extends GuardedCommand {
  readonly output: StepEvents["output"];
  /** Seconds between the request to end and the end. */
  readonly graceSeconds: number;
  /** Ends what the guard cannot reach, and resolves when it is gone. */
  readonly endRest: () => Promise<void>;
}

/** A step's processes. */
export class StepProcess {
  /** Resolves when all of them are gone and what they printed is handed on; never rejects. */
  readonly exited: Promise<StepExit>;
  readonly #guard: Guard;
  readonly #grace: number;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;
  #isToEnd = false;

  private constructor(guard: Guard, { graceSeconds, output, endRest }: StepProcessOptions) {
    this.#guard = guard;
    this.#grace = graceSeconds * 1000;
    this.exited = this.#follow(output, endRest);
  }

  /** Starts a step under its guard and resolves once its commands run. @throws StartError, and the reason of `signal` */
  static async start(options: StepProcessOptions, signal: AbortSignal): Promise<StepProcess> {
    const guard = startGuard(options);
    const step = new StepProcess(guard, options);
    const kill = () => step.kill();
    signal.addEventListener("abort", kill, { once: true });
    if (signal.aborted) kill();
    const isStarted = await Promise.race([guard.lines.started.then(() => true), step.exited.then(() => false)]);
    signal.removeEventListener("abort", kill);
    if (signal.aborted) {
      await step.exited;
      throw signal.reason;
    }
    if (isStarted) return step;
    const failure = await guard.gone;
    throw new StartError(`The step cannot be started: ${failure?.message ?? guard.lines.errors}`);
  }

  keepAlive(): void {
    this.#guard.say("k");
  }

  /** SIGTERM to all of them, and SIGKILL after the grace. */
  stop(): void {
    if (this.#isOver || this.#timer !== undefined) return;
    this.#guard.say("t");
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

  async #follow(output: StepEvents["output"], endRest: () => Promise<void>): Promise<StepExit> {
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
