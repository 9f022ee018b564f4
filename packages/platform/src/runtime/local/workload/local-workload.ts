import { setTimeout as delay } from "node:timers/promises";
import type { WorkloadName, WorkloadPlan, WorkloadState } from "../../workload.ts";
import { InFlight } from "./in-flight.ts";
import type { Target } from "./proxy/target.ts";
import type { Release } from "./release.ts";
import { observed } from "./release-state.ts";

export interface LocalWorkloadOptions {
  /** Starts what a plan says. @throws WorkloadError, and the reason of the signal */
  readonly start: (plan: WorkloadPlan, onChange: (release: Release) => void, signal: AbortSignal) => Promise<Release>;
  /** Called when `observe` may say something else than before. */
  readonly onChange: () => void;
  /** Seconds that requests to a release may take to end when another one has taken its place. */
  readonly drainSeconds: number;
}

/** A workload of this process: a release that serves, and for a while the one that is to take its place. */
export class LocalWorkload {
  readonly name: WorkloadName;
  readonly #options: LocalWorkloadOptions;
  /** What requests go to. */
  #serving: Release | undefined;
  /** What serves once it is ready. */
  #next: Release | undefined;
  /** What is not gone yet, with the requests that it answers. */
  readonly #running = new Map<Release, InFlight>();
  #ending = new AbortController();
  #applied: Promise<unknown> = Promise.resolve();

  constructor(name: WorkloadName, options: LocalWorkloadOptions) {
    this.name = name;
    this.#options = options;
  }

  /** As `Workloads.apply`; one at a time. */
  apply(plan: WorkloadPlan, signal: AbortSignal): Promise<void> {
    const until = AbortSignal.any([signal, this.#ending.signal]);
    const applied = this.#applied.then(() => this.#apply(plan, until));
    this.#applied = applied.catch(() => {});
    return applied;
  }

  /** How a generation of it is, as far as it is known here. */
  async observe(generation: number): Promise<Omit<WorkloadState, "url">> {
    await this.#serving?.check();
    const states = [this.#next, this.#serving].flatMap((one) => (one?.generation === generation ? [one.state] : []));
    const state = states.find(({ kind }) => kind === "ready") ?? states[0];
    return state === undefined ? { status: "absent", reason: null, message: null } : observed(state);
  }

  /** Where requests go. */
  get target(): Target {
    const address = this.#serving?.address;
    const inFlight = this.#serving && this.#running.get(this.#serving);
    if (address !== undefined && inFlight !== undefined) return { address, begin: () => inFlight.begin() };
    const isComing = [this.#next, this.#serving].some((one) => one !== undefined && one.state.kind !== "given_up");
    return isComing ? "starting" : "down";
  }

  keepAlive(): void {
    for (const release of this.#running.keys()) release.keepAlive();
  }

  /** Ends all of it, without a grace if that is said; resolves when nothing runs any more. It can be applied again. */
  async end(atOnce = false): Promise<void> {
    this.#ending.abort();
    this.#ending = new AbortController();
    await this.#applied;
    this.#serving = undefined;
    this.#next = undefined;
    const running = [...this.#running.keys()];
    for (const release of running) release.end(atOnce);
    await Promise.all(running.map(({ gone }) => gone));
  }

  async #apply(plan: WorkloadPlan, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const latest = this.#next ?? this.#serving;
    const isUnderWay = latest?.state.kind === "starting" || latest?.state.kind === "ready";
    if (isUnderWay && latest.generation === plan.generation) return;
    this.#next?.end();
    this.#next = undefined;
    const release = await this.#options.start(plan, (one) => this.#changed(one), signal);
    this.#running.set(release, new InFlight());
    release.gone.then(() => {
      this.#running.delete(release);
      this.#options.onChange();
    });
    if (signal.aborted) {
      release.end();
      throw signal.reason;
    }
    this.#next = release;
    this.#changed(release);
  }

  #changed(release: Release): void {
    if (release === this.#next && release.state.kind === "ready") {
      const before = this.#serving;
      this.#serving = release;
      this.#next = undefined;
      if (before !== undefined) this.#retire(before);
    }
    this.#options.onChange();
  }

  /** Ends a release to which no more requests go, when those that are under way have ended. */
  async #retire(release: Release): Promise<void> {
    const most = delay(this.#options.drainSeconds * 1000, undefined, { ref: false });
    await Promise.race([this.#running.get(release)?.none(), most, release.gone]);
    release.end();
  }
}
