import type { AgentExit, AgentStage, RunningAgent } from "../../agent.ts";
import type { GuardedProcess } from "../guarded-process.ts";
import type { StagePart } from "./prepare-stages.ts";

export interface LocalAgentOptions {
  /** Seconds after which all of it ends, whatever happens. */
  readonly mostSeconds: number;
  /** Removes what it leaves. */
  readonly dispose: () => Promise<void>;
}

/** An agent as processes of this machine, one part of its life after the other. */
export class LocalAgent implements RunningAgent {
  readonly exited: Promise<AgentExit>;
  readonly #dispose: () => Promise<void>;
  readonly #killing = new AbortController();
  #current: GuardedProcess;
  #isStopping = false;
  #disposed: Promise<void> | undefined;

  private constructor(first: GuardedProcess, parts: readonly StagePart[], options: LocalAgentOptions) {
    this.#current = first;
    this.#dispose = options.dispose;
    const last = setTimeout(() => this.#kill(), options.mostSeconds * 1000);
    this.exited = this.#run(parts).finally(() => clearTimeout(last));
  }

  /** Resolves once the first part runs. @throws StartError, and the reason of `signal` */
  static async start(
    parts: readonly StagePart[],
    options: LocalAgentOptions,
    signal: AbortSignal,
  ): Promise<LocalAgent> {
    const [first] = parts;
    if (first === undefined) throw new Error("an agent has a part to begin with");
    return new LocalAgent(await first.start(signal), parts, options);
  }

  stop(): void {
    this.#isStopping = true;
    this.#current.stop();
  }

  keepAlive(): void {
    this.#current.keepAlive();
  }

  detach(): boolean {
    return false;
  }

  dispose(): Promise<void> {
    this.#kill();
    this.#disposed ??= this.exited.then(() => this.#dispose());
    return this.#disposed;
  }

  #kill(): void {
    this.#killing.abort();
    this.#current.kill();
  }

  async #run(parts: readonly StagePart[]): Promise<AgentExit> {
    let stage: AgentStage = "clone";
    for (const [index, part] of parts.entries()) {
      if (index > 0) {
        // The first runs already.
        const end = await this.#begin(part, stage);
        if (end !== undefined) return end;
      }
      stage = part.stage;
      const { exitCode, abandoned } = await this.#current.exited;
      if (abandoned) return { stage, kind: "abandoned", exitCode: null, message: "Its platform showed no life" };
      if (exitCode === 0) continue;
      const how = exitCode === null ? "was ended" : `failed with exit code ${exitCode}`;
      const isWanted = this.#isStopping || this.#killing.signal.aborted;
      return { stage, kind: "exited", exitCode, message: isWanted ? null : part.failure(how) };
    }
    return { stage, kind: "exited", exitCode: 0, message: null };
  }

  /** Starts a part; gives the agent's end when it is not to go on, in the stage `last`, or cannot. */
  async #begin({ stage, start }: StagePart, last: AgentStage): Promise<AgentExit | undefined> {
    const stopped = { stage: last, kind: "exited", exitCode: null, message: null } as const;
    if (this.#isStopping) return stopped;
    try {
      this.#current = await start(this.#killing.signal);
    } catch (error) {
      if (this.#killing.signal.aborted) return stopped;
      const message = error instanceof Error ? error.message : String(error);
      return { stage, kind: "start_failed", exitCode: null, message };
    }
    // It may have been asked for meanwhile.
    if (this.#isStopping) this.#current.stop();
    return undefined;
  }
}
