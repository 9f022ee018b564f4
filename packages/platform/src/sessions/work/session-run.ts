import type { Claim } from "../../db/claims.ts";
import { Problem } from "../../problem.ts";
import type { AgentOutput, RunningAgent } from "../../runtime/agent.ts";
import { StartError } from "../../runtime/runtime.ts";
import { UnreadableSecretError } from "../../secrets/unreadable-secret-error.ts";
import type { ClaimedRun } from "../../workers/claimed-run.ts";
import { RunControl } from "../../workers/run-control.ts";
import { failedToStart, gone, type StopCause, stoppedBefore } from "./outcome.ts";
import type { OutputRecorder } from "./output-recorder.ts";
import { hiddenFromResumed, prepareAgent } from "./prepare-agent.ts";
import { readSession, type SessionWork, type Wish } from "./read-session.ts";
import { recordStart } from "./record-session.ts";
import { type Result, SessionRecord } from "./session-record.ts";
import type { SessionServices } from "./session-services.ts";

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
  readonly #record: SessionRecord;
  readonly #letGo = Promise.withResolvers<"let go">();
  #isClosing = false;
  #hasExited = false;
  /** Whether it goes on by itself, or is left to be read by others: nothing of it is removed then. */
  #isLetGo = false;
  /** Whether it was noted that the agent starts: from then on it is not given back. */
  #hasBegun = false;
  #killTimer: NodeJS.Timeout | undefined;

  constructor(services: SessionServices, claim: Claim, heldUntil: number) {
    this.#services = services;
    this.claim = claim;
    this.heldUntil = heldUntil;
    this.#record = new SessionRecord(services, claim, () => this.abandon());
    this.over = this.#live().catch((error: unknown) => {
      // The claim runs out, and somebody sees that.
      if (!this.#record.isSilent) this.#record.tell("error", error, "a session was given up");
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
    this.#record.silence();
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
      const work = await this.#record.persist(() => readSession(db, claims, this.claim));
      await this.#record.conclude(work === undefined ? "given back" : await this.#perform(work));
    } finally {
      clearTimeout(this.#killTimer);
      await this.#record.close();
      if (!this.#isLetGo) await this.#control.dispose();
    }
  }

  async #perform(work: SessionWork): Promise<Result> {
    try {
      const followed = work.started_at === null ? await this.#start(work) : await this.#resume(work);
      if (followed === undefined) return gone(work.id, this.#cause);
      const { running, recorder } = followed;
      this.#control.take(running);
      if (this.#record.isSilent) this.abandon();
      else if (this.#isClosing) this.#leave();
      const exit = await Promise.race([running.exited, this.#letGo.promise]);
      if (exit === "let go") return exit;
      this.#hasExited = true;
      return await this.#record.outcome(work, { exit, cause: this.#cause, recorder });
    } catch (error) {
      if (this.#record.isSilent) throw error;
      return this.#failure(error);
    }
  }

  async #start(work: SessionWork): Promise<FollowedAgent> {
    const { runtime } = this.#services;
    const { signal } = this.#control;
    const prepared = await prepareAgent(this.#services, this.claim, work);
    if (prepared === undefined) throw new Error("the claim was lost");
    const recorder = this.#record.listen(prepared.hidden, { ...work, log_bytes: 0, turns: null });
    const output = (printed: AgentOutput) => {
      this.#record.heard(printed.stage);
      return recorder.take(printed);
    };
    const events = { output, starting: (name: string | null) => this.#starting(name) };
    return { running: await runtime.startAgent(prepared.plan, events, signal), recorder };
  }

  async #starting(podName: string | null): Promise<void> {
    const { db } = this.#services;
    const { signal } = this.#control;
    this.#hasBegun = await this.#record.persist(() => recordStart(db, this.#record.held, { podName, signal }), signal);
    if (this.#hasBegun) return;
    // Somebody has asked for that, or it is somebody else's; the end will tell.
    this.#control.stop("stopped");
    signal.throwIfAborted();
  }

  async #resume(work: SessionWork): Promise<FollowedAgent | undefined> {
    this.#hasBegun = true;
    // It may have ended meanwhile, as it was asked to.
    this.grant(work);
    const { runtime } = this.#services;
    const hidden = await this.#record.persist(() => hiddenFromResumed(this.#services, work).catch(explained));
    if (hidden instanceof Error) throw hidden;
    const recorder = this.#record.listen(hidden, work);
    const events = { output: recorder.take, starting: async () => {} };
    const started = { sessionId: work.id, cursor: work.output_cursor };
    // As long as nobody knows what became of it, it may go on.
    const running = await this.#record.persist(() => runtime.resumeAgent(started, events));
    return running && { running, recorder };
  }

  /** Why it was asked to end, as far as others are concerned. */
  get #cause(): StopCause | undefined {
    const { cause } = this.#control;
    return cause === "unleased" ? undefined : cause;
  }

  /** What becomes of a session that could not be started, or not be taken over. */
  #failure(error: unknown): Result {
    const { cause } = this.#control;
    if (cause === "closing" && !this.#hasBegun) return "given back";
    if (cause !== undefined) return stoppedBefore(this.#cause ?? "closing");
    if (isExplained(error)) return failedToStart(error.message);
    this.#record.tell("error", error, "starting a session");
    return this.#hasBegun ? failedToStart("an error of the platform, which its log tells of") : "failed to start";
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
