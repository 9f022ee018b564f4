import type { Claim } from "../../db/claims.ts";
import type { RunningStep } from "../../runtime/runtime.ts";
import type { ClaimedRun } from "../../workers/claimed-run.ts";
import { persist } from "../../workers/persist.ts";
import { RunControl } from "../../workers/run-control.ts";
import { logRef } from "../logs/log-ref.ts";
import type { LogWriter } from "../logs/log-writer.ts";
import { beginPipeline } from "../state/begin-pipeline.ts";
import { beginWork, type Work } from "./begin-work.ts";
import { dropClaim } from "./drop-claim.ts";
import { failure, type Outcome, type StopCause } from "./outcome.ts";
import { performStep } from "./perform-step.ts";
import type { PreparedStep } from "./prepare-step.ts";
import { recordOutcome, recordStart } from "./record-step.ts";
import type { StepServices } from "./step-services.ts";

/** Lines of a step's output that are among the project's logs; its own log has them all. */
const MOST_LINES = 10_000;

/** A step that was claimed, from then until the claim is given up and nothing of the step is left. */
export class StepRun implements ClaimedRun {
  readonly claim: Claim;
  readonly over: Promise<void>;
  heldUntil: number;
  readonly #control = new RunControl<StopCause, RunningStep>();
  readonly #services: StepServices;
  /** Aborted when nothing more is to be recorded. */
  readonly #silence = new AbortController();
  #work: Work | undefined;
  /** Resolves when the pipeline is known to be running; meanwhile the step is prepared. */
  #begun: Promise<void> | undefined;
  /** Null until there is a log. */
  #logRef: string | null = null;

  constructor(services: StepServices, claim: Claim, heldUntil: number) {
    this.#services = services;
    this.claim = claim;
    this.heldUntil = heldUntil;
    this.over = this.#live().catch((error: unknown) => {
      // The claim runs out, and somebody sees that.
      if (!this.#silence.signal.aborted) services.logger.error({ err: error, step: claim.id }, "a step was given up");
    });
  }

  /** Undefined until that has been read. */
  get pipelineId(): string | undefined {
    return this.#work?.pipeline.id;
  }

  keepAlive(): void {
    this.#control.keepAlive();
  }

  cancel(): void {
    this.#control.stop("cancelled");
  }

  close(): void {
    this.#control.stop("closing");
  }

  unlease(): void {
    this.#control.kill("unleased");
  }

  abandon(): void {
    this.#silence.abort();
    this.unlease();
  }

  async #live(): Promise<void> {
    const { db, claims } = this.#services;
    const work = await this.#persist(() => beginWork(db, claims, this.claim));
    if (work === undefined) return void (await this.#persist(() => claims.release(db, this.claim)));
    this.#work = work;
    this.#begun = this.#persist(() => beginPipeline(db, work.pipeline.id));
    // It is waited for before the process starts.
    this.#begun.catch(() => {});
    try {
      const outcome = await this.#perform(work);
      if (outcome === "unstarted" || outcome === "returned") await this.#drop(work, outcome);
      else await this.#record(work, outcome);
    } finally {
      await this.#control.dispose();
    }
  }

  async #perform(work: Work): Promise<Outcome | "unstarted" | "returned"> {
    const control = this.#control;
    const { claim } = this;
    try {
      const openLog = (prepared: PreparedStep) => this.#openLog(work, prepared);
      const starting = () => this.#starting();
      return (await performStep(this.#services, { work, openLog, control, starting })) ?? "returned";
    } catch (error) {
      this.#services.logger.error({ err: error, step: claim.id }, "running a step");
      if (control.running === undefined) return "unstarted";
      await control.dispose();
      return failure("lost", "an error of the platform ended it: retry the pipeline to run it again");
    }
  }

  async #openLog({ pipeline }: Work, { secrets, source }: PreparedStep): Promise<LogWriter> {
    const { logs, maxLogBytes, telemetry } = this.#services;
    const ref = logRef(pipeline.id, this.claim.id, this.claim.attempt);
    const listener = telemetry.listen(source, { inAll: MOST_LINES });
    const log = await logs.open(ref, { secrets, maxBytes: maxLogBytes, listener });
    this.#logRef = ref;
    return log;
  }

  async #starting(): Promise<void> {
    const { db, claims } = this.#services;
    await this.#begun;
    if (await this.#persist(() => recordStart(db, claims, this.claim, this.#logRef), this.#control.signal)) return;
    this.#control.stop("cancelled");
    this.#control.signal.throwIfAborted();
  }

  async #record(work: Work, outcome: Outcome): Promise<void> {
    const { db, claims } = this.#services;
    const ended = { claim: this.claim, pipelineId: work.pipeline.id, outcome, logRef: this.#logRef };
    await this.#persist(() => recordOutcome(db, claims, ended));
  }

  async #drop(work: Work, progress: "unstarted" | "returned"): Promise<void> {
    const { db, claims } = this.#services;
    const guard = claims.held(this.claim);
    const dropped = {
      pipelineId: work.pipeline.id,
      guard,
      progress,
      why: "each time, the platform could not prepare it",
    };
    await this.#persist(() => dropClaim(db, dropped));
  }

  async #persist<T>(work: () => Promise<T>, stop?: AbortSignal): Promise<T> {
    const signals = [this.#silence.signal, ...(stop === undefined ? [] : [stop])];
    const onError = (error: unknown) =>
      this.#services.logger.warn({ err: error, step: this.claim.id }, "the state of a step could not be recorded yet");
    return await persist(work, { signal: AbortSignal.any(signals), onError });
  }
}
