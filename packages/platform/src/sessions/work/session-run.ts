import type { Claim } from "../../db/claims.ts";
import { agentLogRef } from "../../pipelines/logs/log-ref.ts";
import type { LogWriter } from "../../pipelines/logs/log-writer.ts";
import { Problem } from "../../problem.ts";
import type { AgentExit, RunningAgent } from "../../runtime/agent.ts";
import { StartError } from "../../runtime/runtime.ts";
import { UnreadableSecretError } from "../../secrets/unreadable-secret-error.ts";
import type { ClaimedRun } from "../../workers/claimed-run.ts";
import { persist } from "../../workers/persist.ts";
import { RunControl } from "../../workers/run-control.ts";
import type { SessionOutcome } from "../end-session.ts";
import { dropClaim } from "./drop-claim.ts";
import { lastTextOf } from "./last-text.ts";
import { failedToStart, lost, outcomeOf, type StopCause, stoppedBefore } from "./outcome.ts";
import { OutputRecorder, type Progress } from "./output-recorder.ts";
import { hiddenFromResumed, prepareAgent } from "./prepare-agent.ts";
import { readSession, type SessionWork, type Wish } from "./read-session.ts";
import { recordEnd, recordProgress, recordStart } from "./record-session.ts";
import type { SessionServices } from "./session-services.ts";

/** What becomes of a session under a claim: it ends, waits again, or goes on without this platform. */
type Result = SessionOutcome | "failed to start" | "given back" | "let go";

interface FollowedAgent {
  readonly running: RunningAgent;
  readonly recorder: OutputRecorder;
}

/** A session that was claimed, from then until it has ended, or is somebody else's to look after. */
export class SessionRun implements ClaimedRun {
  readonly claim: Claim;
  readonly over: Promise<void>;
  heldUntil: number;
  readonly #services: SessionServices;
  readonly #control = new RunControl<StopCause | "unleased", RunningAgent>();
  /** Aborted when nothing more is to be recorded. */
  readonly #silence = new AbortController();
  readonly #letGo = Promise.withResolvers<"let go">();
  #isClosing = false;
  #hasExited = false;
  /** Whether it goes on by itself, or is left to be read by others: nothing of it is removed then. */
  #isLetGo = false;
  /** Whether it was noted that the agent starts: from then on it is not given back. */
  #hasBegun = false;
  #recorder: OutputRecorder | undefined;
  /** What the agent had told an earlier platform. */
  #earlierTurns: number | null = null;
  #killTimer: NodeJS.Timeout | undefined;

  constructor(services: SessionServices, claim: Claim, heldUntil: number) {
    this.#services = services;
    this.claim = claim;
    this.heldUntil = heldUntil;
    this.over = this.#live().catch((error: unknown) => {
      // The claim runs out, and somebody sees that.
      if (!this.#silence.signal.aborted) this.#tell("error", error, "a session was given up");
    });
  }

  keepAlive(): void {
    this.#control.keepAlive();
  }

  /** Does what is wanted of the session. */
  grant({ isStopped, isOver }: Wish): void {
    if (this.#control.cause !== undefined) return;
    if (isStopped) this.#control.stop("stopped");
    else if (isOver) this.#control.stop("deadline");
  }

  cancel(): void {
    this.#control.kill("stopped");
  }

  close(): void {
    this.#isClosing = true;
    if (!this.#isAboutToRun) this.#leave();
  }

  unlease(): void {
    this.abandon();
  }

  abandon(): void {
    this.#silence.abort();
    // Unless there is no time left, it is waited for.
    if (this.#isAboutToRun && !this.#isClosing) return;
    if (!this.#letGoOf()) this.#control.kill("unleased");
  }

  /** What will soon run can be let go then, where that is possible. */
  get #isAboutToRun(): boolean {
    return this.#hasBegun && this.#control.running === undefined;
  }

  /** Gives up the agent where it goes on by itself; false where it does not. */
  #letGoOf(): boolean {
    this.#isLetGo ||= this.#control.running?.detach() === true;
    if (this.#isLetGo) this.#letGo.resolve("let go");
    return this.#isLetGo;
  }

  /** Lets the agent go where it goes on without this platform; otherwise ends it, with a little time to save its work. */
  #leave(): void {
    // Its end is being recorded.
    if (this.#hasExited || this.#letGoOf()) return;
    this.#control.stop("closing");
    this.#killTimer ??= setTimeout(() => this.#control.kill("closing"), this.#services.closingGrace);
  }

  async #live(): Promise<void> {
    const { db, claims } = this.#services;
    try {
      const work = await this.#persist(() => readSession(db, claims, this.claim));
      await this.#conclude(work === undefined ? "given back" : await this.#perform(work));
    } finally {
      clearTimeout(this.#killTimer);
      await this.#recorder?.close();
      if (!this.#isLetGo) await this.#control.dispose();
    }
  }

  async #perform(work: SessionWork): Promise<Result> {
    try {
      const followed = work.started_at === null ? await this.#start(work) : await this.#resume(work);
      if (followed === undefined) return lost(work.id, null);
      const { running, recorder } = followed;
      this.#control.take(running);
      if (this.#silence.signal.aborted) this.abandon();
      else if (this.#isClosing) this.#leave();
      const exit = await Promise.race([running.exited, this.#letGo.promise]);
      if (exit === "let go") return exit;
      this.#hasExited = true;
      return await this.#outcome(work, exit, recorder);
    } catch (error) {
      if (this.#silence.signal.aborted) throw error;
      return this.#failure(error);
    }
  }

  async #start(work: SessionWork): Promise<FollowedAgent> {
    const { runtime } = this.#services;
    const { signal } = this.#control;
    const prepared = await prepareAgent(this.#services, this.claim, work);
    if (prepared === undefined) throw new Error("the claim was lost");
    const recorder = this.#record(prepared.hidden, 0);
    const events = { output: recorder.take, starting: (name: string | null) => this.#starting(name) };
    return { running: await runtime.startAgent(prepared.plan, events, signal), recorder };
  }

  async #starting(podName: string | null): Promise<void> {
    const { db } = this.#services;
    const { signal } = this.#control;
    this.#hasBegun = await this.#persist(() => recordStart(db, this.#held, { podName, signal }), signal);
    if (this.#hasBegun) return;
    // Somebody has asked for that, or it is somebody else's; the end will tell.
    this.#control.stop("stopped");
    signal.throwIfAborted();
  }

  async #resume(work: SessionWork): Promise<FollowedAgent | undefined> {
    this.#hasBegun = true;
    this.#earlierTurns = work.turns;
    const { runtime } = this.#services;
    const hidden = await this.#persist(() => hiddenFromResumed(this.#services, work).catch(explained));
    if (hidden instanceof Error) throw hidden;
    const recorder = this.#record(hidden, work.log_bytes);
    const events = { output: recorder.take, starting: async () => {} };
    const started = { sessionId: work.id, cursor: work.output_cursor };
    // As long as nobody knows what became of it, it may go on.
    const running = await this.#persist(() => runtime.resumeAgent(started, events));
    return running && { running, recorder };
  }

  /** Keeps what is printed, and goes on in the log after that many bytes. */
  #record(hidden: readonly string[], logBytes: number): OutputRecorder {
    const recorder: OutputRecorder = new OutputRecorder({
      openLog: () => this.#openLog(logBytes),
      hidden,
      keep: (progress) => this.#keep(recorder, progress),
    });
    this.#recorder = recorder;
    return recorder;
  }

  async #openLog(size: number): Promise<LogWriter | undefined> {
    const { logs, maxLogBytes } = this.#services;
    try {
      // Nothing is hidden by the log itself: what it gets is for others, too.
      return await logs.resume(agentLogRef(this.claim.id), { size }, { secrets: [], maxBytes: maxLogBytes });
    } catch (error) {
      this.#tell("error", error, "the log of a session could not be opened");
      return undefined;
    }
  }

  async #keep({ output }: OutputRecorder, progress: Progress): Promise<void> {
    const { costUsd, costTokens } = output;
    const learnt = { ...progress, turns: this.#turns(output), costUsd, costTokens };
    if (await this.#persist(() => recordProgress(this.#services.db, this.#held, learnt))) return;
    this.abandon();
    throw new Error("the claim was lost");
  }

  /** Null when nobody has told. */
  #turns({ turns }: OutputRecorder["output"]): number | null {
    return turns === null ? this.#earlierTurns : turns + (this.#earlierTurns ?? 0);
  }

  async #outcome(work: SessionWork, exit: AgentExit, recorder: OutputRecorder): Promise<SessionOutcome> {
    await recorder.drain();
    const { db } = this.#services;
    const { cause } = this.#control;
    return outcomeOf({
      exit,
      cause: cause === "unleased" ? undefined : cause,
      output: recorder.output,
      turns: this.#turns(recorder.output),
      tail: recorder.tail,
      lastText: await this.#persist(() => lastTextOf(db, work.id)),
      branch: work.branch,
      sessionId: work.id,
    });
  }

  /** What becomes of a session that could not be started, or not be taken over. */
  #failure(error: unknown): Result {
    const { cause } = this.#control;
    if (cause === "closing" && !this.#hasBegun) return "given back";
    if (cause !== undefined) return stoppedBefore(cause === "unleased" ? "closing" : cause);
    if (isExplained(error)) return failedToStart(error.message);
    this.#tell("error", error, "starting a session");
    return this.#hasBegun ? failedToStart("an error of the platform, which its log tells of") : "failed to start";
  }

  /** Records what became of the session, and gives up the claim. */
  async #conclude(result: Result): Promise<void> {
    const { db, claims } = this.#services;
    if (result === "let go") {
      await this.#recorder?.finish();
      await this.#persist(() => claims.abandon(db, this.claim));
    } else if (typeof result === "string") {
      const guard = claims.held(this.claim);
      const why = "each time, the platform could not prepare it";
      await this.#persist(() => dropClaim(db, { guard, isFault: result === "failed to start", why }));
    } else {
      const { status, message } = result;
      await this.#recorder?.finish(...(status === "completed" || message === null ? [] : [message]));
      const lastMessage = this.#recorder?.output.runner?.messages;
      await this.#persist(() => recordEnd(db, this.#held, { outcome: result, lastMessage }));
    }
  }

  get #held() {
    return { claims: this.#services.claims, claim: this.claim };
  }

  async #persist<T>(work: () => Promise<T>, stop?: AbortSignal): Promise<T> {
    const signals = [this.#silence.signal, ...(stop === undefined ? [] : [stop])];
    const onError = (error: unknown) => this.#tell("warn", error, "the state of a session could not be recorded yet");
    return await persist(work, { signal: AbortSignal.any(signals), onError });
  }

  #tell(level: "warn" | "error", error: unknown, what: string): void {
    this.#services.logger[level]({ err: error, session: this.claim.id }, what);
  }
}

/** Whether an error tells the user what is wrong, and would be the same at the next attempt. */
function isExplained(error: unknown): error is Error {
  return [StartError, UnreadableSecretError, Problem].some((type) => error instanceof type);
}

function explained(error: unknown): Error {
  if (isExplained(error)) return error;
  throw error;
}
