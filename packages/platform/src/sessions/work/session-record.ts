import type { Claim } from "../../db/claims.ts";
import { isRefusal } from "../../db/is-refusal.ts";
import { sessionLogs, stageSpans } from "../../observe/own/session-telemetry.ts";
import { agentLogRef } from "../../pipelines/logs/log-ref.ts";
import type { LogWriter } from "../../pipelines/logs/log-writer.ts";
import type { AgentExit, AgentStage } from "../../runtime/agent.ts";
import { persist } from "../../workers/persist.ts";
import type { SessionOutcome } from "../end-session.ts";
import { dropClaim } from "./drop-claim.ts";
import { lastTextOf } from "./last-text.ts";
import { lost, outcomeOf, pushedCommit, type StopCause } from "./outcome.ts";
import { OutputRecorder, type Progress } from "./output-recorder.ts";
import type { SessionWork } from "./read-session.ts";
import { recordEnd, recordProgress } from "./record-session.ts";
import type { SessionServices } from "./session-services.ts";

/** What becomes of a session under a claim: it ends, waits again, or goes on without this platform. */
export type Result = SessionOutcome | "failed to start" | "given back" | "let go";

/** A session, and what an earlier platform has kept of its output: bytes of the log, and what the agent had told by then. */
type Earlier = Pick<SessionWork, "id" | "project_id" | "branch" | "log_bytes" | "turns">;

/** What is kept of a session under a claim, however long the database is away, until it is to be silent. */
export class SessionRecord {
  readonly held: Pick<SessionServices, "claims"> & { readonly claim: Claim };
  readonly #services: SessionServices;
  readonly #onLost: () => void;
  readonly #silence = new AbortController();
  /** When each stage has printed something first, in milliseconds since 1970. */
  readonly #stages = new Map<AgentStage, number>();
  #recorder: OutputRecorder | undefined;
  #earlierTurns: number | null = null;

  /** @param onLost called when it turns out that the claim is not held any more */
  constructor(services: SessionServices, claim: Claim, onLost: () => void) {
    this.#services = services;
    this.held = { claims: services.claims, claim };
    this.#onLost = onLost;
  }

  /** Keeps nothing more: whatever it is doing rejects. */
  silence(): void {
    this.#silence.abort();
  }

  get isSilent(): boolean {
    return this.#silence.signal.aborted;
  }

  /** Does something until it succeeds. @throws the reason of `stop`, or when it is silent */
  async persist<T>(work: () => Promise<T>, stop?: AbortSignal): Promise<T> {
    const signals = [this.#silence.signal, ...(stop === undefined ? [] : [stop])];
    const onError = (error: unknown) => this.tell("warn", error, "the state of a session could not be recorded yet");
    return await persist(work, { signal: AbortSignal.any(signals), onError });
  }

  tell(level: "warn" | "error", error: unknown, what: string): void {
    this.#services.logger[level]({ err: error, session: this.held.claim.id }, what);
  }

  /** Begins to keep what is printed, without these values. */
  listen(hidden: readonly string[], earlier: Earlier): OutputRecorder {
    const recorder: OutputRecorder = new OutputRecorder({
      openLog: () => this.#openLog(earlier.log_bytes),
      hidden,
      keepsRescued: this.#services.runtime.keepsRescued,
      keep: (progress) => this.#keep(recorder, earlier, progress),
      onError: (error) => {
        if (!this.isSilent) this.tell("error", error, "nothing more of a session's output is kept");
      },
    });
    this.#recorder = recorder;
    this.#earlierTurns = earlier.turns;
    return recorder;
  }

  /** Notes that a stage of the session has printed something. */
  heard(stage: AgentStage): void {
    if (!this.#stages.has(stage)) this.#stages.set(stage, Date.now());
  }

  /** How a session ended whose agent has ended, once all that it printed is read. */
  async outcome(
    work: SessionWork,
    agent: { readonly exit: AgentExit; readonly cause: StopCause | undefined; readonly recorder: OutputRecorder },
  ): Promise<SessionOutcome> {
    const { exit, cause, recorder } = agent;
    this.#services.telemetry.offer({ spans: stageSpans(work, this.#stages, Date.now()) });
    await recorder.drain();
    const { output, tail } = recorder;
    const lastText = await this.persist(() => lastTextOf(this.#services.db, work.id));
    const { branch, id: sessionId } = work;
    return outcomeOf({ exit, cause, output, turns: this.#turns(output), tail, lastText, branch, sessionId });
  }

  /** Records what became of the session, and gives up the claim. */
  async conclude(result: Result): Promise<void> {
    const { db, claims, retryPause } = this.#services;
    const { claim } = this.held;
    if (result === "let go") {
      await this.#recorder?.finish();
      await this.persist(() => claims.abandon(db, claim));
    } else if (typeof result === "string") {
      const guard = claims.held(claim);
      const why = "each time, the platform could not prepare it";
      await this.persist(() => dropClaim(db, { guard, isFault: result === "failed to start", retryPause, why }));
    } else {
      const { status, message } = result;
      await this.#recorder?.finish(...(status === "completed" || message === null ? [] : [message]));
      await this.#end(result);
    }
  }

  /** Closes the log, whatever has been kept by now. */
  async close(): Promise<void> {
    await this.#recorder?.close();
  }

  async #end(outcome: SessionOutcome): Promise<void> {
    const { db } = this.#services;
    const lastMessage = this.#recorder?.output.runner?.messages;
    try {
      await this.persist(() => recordEnd(db, this.held, { outcome, lastMessage }));
    } catch (error) {
      if (!isRefusal(error)) throw error;
      // It would run for ever otherwise.
      const bare = lost(this.held.claim.id, "How it ended could not be recorded");
      await this.persist(() => recordEnd(db, this.held, { outcome: bare }));
    }
  }

  async #openLog(size: number): Promise<LogWriter | undefined> {
    const { logs, maxLogBytes } = this.#services;
    try {
      // Nothing is hidden by the log itself: what it gets is for others, too.
      return await logs.resume(agentLogRef(this.held.claim.id), { size }, { secrets: [], maxBytes: maxLogBytes });
    } catch (error) {
      this.tell("error", error, "the log of a session could not be opened");
      return undefined;
    }
  }

  async #keep({ output }: OutputRecorder, session: Earlier, progress: Progress): Promise<void> {
    const { costUsd, costTokens } = output;
    const commitSha = pushedCommit({ output, branch: session.branch });
    const learnt = { ...progress, turns: this.#turns(output), costUsd, costTokens, commitSha };
    if (!(await this.persist(() => recordProgress(this.#services.db, this.held, learnt)))) {
      this.#onLost();
      throw new Error("the claim was lost");
    }
    this.#services.telemetry.offer({ logs: sessionLogs(session, progress.events, Date.now()) });
  }

  /** Null when nobody has told. */
  #turns({ turns }: OutputRecorder["output"]): number | null {
    return turns === null ? this.#earlierTurns : turns + (this.#earlierTurns ?? 0);
  }
}
