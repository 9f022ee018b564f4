import { setTimeout as delay } from "node:timers/promises";
import { Bell } from "../../bell.ts";
import type { Claim } from "../../db/claims.ts";
import { untilNext } from "../../until-next.ts";
import type { ClaimedRun } from "../../workers/claimed-run.ts";
import { persist } from "../../workers/persist.ts";
import { giveBack } from "./give-back.ts";
import { isUnchanged } from "./is-unchanged.ts";
import { type Found, lookAfter } from "./look-after.ts";
import { type Finding, type Next, nextState } from "./next-state.ts";
import type { Plans } from "./plans.ts";
import { readWork, type Work, withRow } from "./read-work.ts";
import type { ReconcileServices } from "./reconcile-services.ts";
import { recordState } from "./record-state.ts";

export interface WorkloadRunOptions {
  readonly services: ReconcileServices;
  readonly plans: Plans;
  readonly claim: Claim;
  readonly heldUntil: number;
  /** Called when it begins to rest. */
  readonly onRest: () => void;
  /** Called when its claim is given up and somebody should look again in so many milliseconds. */
  readonly onRelease: (lookIn: number) => void;
}

/** Between two attempts to end what may not run any more, in milliseconds. */
const STOP_PAUSE = 200;
/** How long it waits after an error of the platform's own, in milliseconds. */
const ERROR_PAUSE = 5_000;
/** Those that can wait for longer than this are looked at together with all that are due within it, in milliseconds. */
const TOGETHER = 5_000;

/**
 * A workload under a claim, until that is given up: after a look at it, or where what runs is this process's own, when
 * nothing of it runs any more.
 */
export class WorkloadRun implements ClaimedRun {
  readonly claim: Claim;
  readonly over: Promise<void>;
  heldUntil: number;
  isResting = false;
  readonly #options: WorkloadRunOptions;
  /** Rung when it is to look again. */
  readonly #bell = new Bell();
  /** Aborted when it is to end. */
  readonly #ending = new AbortController();
  /** Aborted when nothing more is to be recorded. */
  readonly #silence = new AbortController();
  /** Aborted when something else is wanted than what is being attempted. */
  #superseding = new AbortController();
  #work: Work | undefined;
  /** What may run of it in this process. */
  #running: Work["name"] | undefined;
  #isPoked = false;
  #isClosing = false;
  #isHeld = true;

  constructor(options: WorkloadRunOptions) {
    this.#options = options;
    this.claim = options.claim;
    this.heldUntil = options.heldUntil;
    this.over = this.#live().catch((error: unknown) => {
      // The claim runs out, and somebody sees that.
      if (!this.#silence.signal.aborted) this.#tell("error", error, "a workload was given up");
    });
  }

  /** Looks again soon: something about it may have changed. */
  poke(): void {
    this.#isPoked = true;
    this.#bell.ring();
  }

  /** Gives up what it attempts, when this generation is a later one. */
  supersede(generation: number): void {
    if (this.#work === undefined || generation <= this.#work.row.generation) return;
    this.#superseding.abort();
    this.#bell.ring();
  }

  /** What runs is watched by the runtime. */
  keepAlive(): void {}

  cancel(): void {
    this.abandon();
  }

  close(): void {
    this.#isClosing = true;
    this.#ending.abort();
  }

  unlease(): void {
    this.abandon();
  }

  abandon(): void {
    this.#silence.abort();
    this.#ending.abort();
  }

  async #live(): Promise<void> {
    let lookIn = 0;
    try {
      lookIn = await this.#lookUntilOver();
    } finally {
      const hasEnded = this.#running !== undefined;
      await this.#stop();
      const { db, claims } = this.#options.services;
      if (this.#isHeld) await this.#persist(() => giveBack(db, claims.held(this.claim), { lookIn, hasEnded }));
    }
    this.#options.onRelease(lookIn);
  }

  /** Resolves with the milliseconds until somebody else should look. */
  async #lookUntilOver(): Promise<number> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      const next = await this.#look();
      if (next === "superseded") continue;
      if (!this.#isHeld || this.#running === undefined) return next.lookIn;
      await this.#rest(next.lookIn);
    }
    return 0;
  }

  async #rest(milliseconds: number): Promise<void> {
    this.isResting = true;
    this.#options.onRest();
    const isLong = milliseconds > TOGETHER;
    const together = isLong ? untilNext(TOGETHER, performance.now() + milliseconds) : 0;
    await this.#bell.wait(milliseconds + together, this.#ending.signal);
    this.isResting = false;
  }

  async #look(): Promise<Pick<Next, "lookIn"> | "superseded"> {
    const { services, plans } = this.#options;
    if (this.#superseding.signal.aborted) {
      this.#superseding = new AbortController();
      this.#work = undefined;
    }
    this.#isPoked = false;
    try {
      const work = this.#work ?? (await this.#read());
      if (work === undefined) return { lookIn: 0 };
      if (services.workloads.isOwn) this.#running = work.name;
      const signal = AbortSignal.any([this.#superseding.signal, this.#ending.signal]);
      const note = (found: Work, finding: Finding) => this.#note({ work: found, finding });
      return await this.#record(await lookAfter(work, { services, plans, signal, note }));
    } catch (error) {
      if (this.#superseding.signal.aborted) return "superseded";
      if (this.#ending.signal.aborted) return { lookIn: 0 };
      this.#tell("error", error, "reconciling a workload");
      return { lookIn: ERROR_PAUSE };
    }
  }

  async #read(): Promise<Work | undefined> {
    const { db, claims } = this.#options.services;
    this.#work = await this.#persist(() => readWork(db, claims, this.claim));
    if (this.#work === undefined) this.#isHeld = false;
    return this.#work;
  }

  /** Records what was found, and that the claim is given up unless something of it runs here. */
  async #record(found: Found): Promise<Pick<Next, "lookIn">> {
    const { plans } = this.#options;
    const { work, finding } = found;
    if (finding.kind === "ended" && finding.isDone) this.#running = undefined;
    const isReleased = this.#running === undefined;
    const next = this.#next(found);
    if (next.isRemoved) plans.forget(work.name.workloadId);
    // Most looks find nothing new.
    if (!isReleased && found.sha === undefined && isUnchanged(work.known, next)) return next;
    // What was told meanwhile would be forgotten with the claim.
    const lookIn = isReleased && this.#isPoked ? 0 : next.lookIn;
    await this.#write(found, { ...next, lookIn }, isReleased);
    this.#isHeld = !isReleased;
    return { lookIn };
  }

  async #note(found: Found): Promise<Work> {
    return await this.#write(found, this.#next(found), false);
  }

  #next({ work, finding }: Found): Next {
    return nextState(work.known, finding, { now: work.now(), random: Math.random() });
  }

  /** @throws when something else is wanted by now, or the claim is lost */
  async #write({ work, sha }: Found, next: Next, isReleased: boolean): Promise<Work> {
    const { db, claims } = this.#options.services;
    const held = { claims, claim: this.claim };
    const row = await this.#persist(() => recordState(db, held, work, { next, sha, isReleased }));
    if (row === undefined) {
      this.#superseding.abort();
      throw new Error("something else is wanted by now");
    }
    this.#work = withRow(work, row);
    return this.#work;
  }

  /** Ends what this process runs of it: without the claim, another may run it. */
  async #stop(): Promise<void> {
    const { workloads } = this.#options.services;
    while (this.#running !== undefined) {
      try {
        if (await workloads.stop(this.#running, this.#silence.signal.aborted)) this.#running = undefined;
      } catch (error) {
        this.#tell("error", error, "stopping a workload");
      }
      // The runtime is closed next.
      if (this.#isClosing && this.#silence.signal.aborted) return;
      if (this.#running !== undefined) await delay(STOP_PAUSE);
    }
  }

  #tell(level: "warn" | "error", error: unknown, what: string): void {
    this.#options.services.logger[level]({ err: error, workload: this.claim.id }, what);
  }

  async #persist<T>(work: () => Promise<T>): Promise<T> {
    const onError = (error: unknown) => this.#tell("warn", error, "the state of a workload could not be recorded yet");
    return await persist(work, { signal: this.#silence.signal, onError });
  }
}
