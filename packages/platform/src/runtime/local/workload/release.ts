import { setTimeout as delay } from "node:timers/promises";
import { WorkloadError } from "../../workload.ts";
import { becomeReady } from "./become-ready.ts";
import { type ProbeOptions, probe } from "./probe.ts";
import { type ProcessEnd, processEnd } from "./process-end.ts";
import type { Address } from "./proxy/target.ts";
import type { ReleaseState } from "./release-state.ts";
import type { WebProcess } from "./web-process.ts";

/** One process of a release. */
export interface ReleaseProcess extends WebProcess {
  /** Where it was told to listen. */
  readonly port: number;
  /** The last lines that it printed. */
  tail(): Promise<string>;
}

export interface ReleaseOptions {
  /** The generation of the plan that it is made from. */
  readonly generation: number;
  /** The host, with a port, by which it is known. */
  readonly hostHeader: string;
  /** Starts one process of it. @throws WorkloadError, and the reason of the signal */
  readonly start: (signal: AbortSignal) => Promise<ReleaseProcess>;
  /** Called when its state is another. */
  readonly onChange: (release: Release) => void;
  /** Seconds that a process may take until it answers. */
  readonly readySeconds: number;
  /** Seconds until the first restart; each further one waits twice as long, up to a minute. */
  readonly restartSeconds: number;
}

/** Ends in a row without an answer after which it is given up. */
const mostEnds = 3;
/** Milliseconds. */
const longestPause = 60_000;
/** Milliseconds that a process must have lasted for the next pause to be the first one again. */
const steady = 60_000;
/** Milliseconds in which a process that does not answer any more may turn out to have been ending. */
const whileEnding = 1_000;
/** Milliseconds that an answer may take. */
const patience = 10_000;

/** One generation of a workload, kept running: one process after the other, until it is ended or given up. */
export class Release {
  readonly generation: number;
  /** Resolves when nothing of it runs any more, nor will; never rejects. */
  readonly gone: Promise<void>;
  readonly #options: ReleaseOptions;
  readonly #ending = new AbortController();
  #state: ReleaseState = { kind: "starting" };
  #process: ReleaseProcess;
  #address: Address | undefined;
  #doubt = Promise.withResolvers<string>();

  private constructor(options: ReleaseOptions, first: ReleaseProcess) {
    this.generation = options.generation;
    this.#options = options;
    this.#process = first;
    this.gone = this.#keep();
  }

  /** Resolves once its first process runs. @throws WorkloadError, and the reason of the signal */
  static async start(options: ReleaseOptions, signal: AbortSignal): Promise<Release> {
    return new Release(options, await options.start(signal));
  }

  get state(): ReleaseState {
    return this.#state;
  }

  /** Where it answers, or did so last; undefined as long as no process of it has. */
  get address(): Address | undefined {
    return this.#address;
  }

  keepAlive(): void {
    this.#process.keepAlive();
  }

  /** Looks whether it still answers, if it did when it was last looked at. */
  async check(): Promise<void> {
    if (this.#state.kind !== "ready") return;
    const doubt = this.#doubt;
    const look = () => probe(this.#probeOptions(this.#ending.signal));
    // What fails once may have been a moment.
    if ((await look()).host !== undefined) return;
    const { host, problem } = await look();
    if (host === undefined) doubt.resolve(problem);
  }

  /** Asks it to end, or ends it at once. */
  end(atOnce = false): void {
    this.#ending.abort();
    if (atOnce) this.#process.kill();
    else this.#process.stop();
  }

  async #keep(): Promise<void> {
    const { signal } = this.#ending;
    const firstPause = this.#options.restartSeconds * 1000;
    let pause = firstPause;
    let ends = 0;
    for (;;) {
      const end = await this.#follow();
      if (signal.aborted) return;
      ends = end.hasAnswered ? 0 : ends + 1;
      // What was not ready in time was given its time.
      if (ends === mostEnds || (end.reason === "not_ready" && !end.hasAnswered)) {
        return this.#become({ kind: "given_up", error: new WorkloadError(end.reason, end.message) });
      }
      if (this.#state.kind !== "starting") this.#become({ kind: "broken", reason: end.reason, message: end.message });
      if (end.lasted >= steady) pause = firstPause;
      await delay(pause, undefined, { signal }).catch(() => {});
      pause = Math.min(pause * 2, longestPause);
      try {
        signal.throwIfAborted();
        this.#process = await this.#options.start(signal);
      } catch (error) {
        if (!signal.aborted) this.#become({ kind: "given_up", error: asWorkloadError(error) });
        return;
      }
      // It may have been asked for while there was nothing to end.
      if (signal.aborted) this.#process.stop();
    }
  }

  /** Watches one process until it is gone. */
  async #follow(): Promise<ProcessEnd> {
    const process = this.#process;
    const began = performance.now();
    const over = new AbortController();
    const exited = process.exited.finally(() => over.abort());
    const waiting = this.#probeOptions(AbortSignal.any([over.signal, this.#ending.signal]));
    let hasAnswered = false;
    let problem: string | undefined;
    for (;;) {
      const readiness = await becomeReady(waiting, this.#options.readySeconds);
      if (readiness.kind === "late") {
        problem = readiness.problem;
        process.kill();
      }
      if (readiness.kind !== "ready") break;
      hasAnswered = true;
      this.#address = { host: readiness.host, port: process.port };
      this.#doubt = Promise.withResolvers();
      this.#become({ kind: "ready" });
      const doubt = await Promise.race([exited.then(() => undefined), this.#doubt.promise]);
      if (doubt === undefined || (await endsWithin(exited, whileEnding))) break;
      this.#become({ kind: "broken", reason: "not_ready", message: `It does not answer any more: ${doubt}` });
    }
    const exit = await exited;
    this.#address = undefined;
    const tail = await process.tail();
    return processEnd({ exit, problem, tail, hasAnswered, lasted: performance.now() - began });
  }

  #probeOptions(signal: AbortSignal): ProbeOptions {
    return { port: this.#process.port, hostHeader: this.#options.hostHeader, patience, signal };
  }

  #become(state: ReleaseState): void {
    this.#state = state;
    this.#options.onChange(this);
  }
}

async function endsWithin(exited: Promise<unknown>, milliseconds: number): Promise<boolean> {
  return await Promise.race([exited.then(() => true), delay(milliseconds, false)]);
}

function asWorkloadError(error: unknown): WorkloadError {
  if (error instanceof WorkloadError) return error;
  return new WorkloadError("start_failed", error instanceof Error ? error.message : String(error));
}
