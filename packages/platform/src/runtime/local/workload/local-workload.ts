import { setTimeout as delay } from "node:timers/promises";
import type { WorkloadName, WorkloadPlan, WorkloadState } from "../../workload.ts";
import { InFlight } from "./in-flight.ts";
import type { Address, Release } from "./release.ts";

export interface LocalWorkloadOptions {
  /** Where it answers for its users. */
  readonly url: string;
  /** Starts what a plan says. @throws WorkloadError, and the reason of the signal */
  readonly start: (plan: WorkloadPlan, onChange: (release: Release) => void, signal: AbortSignal) => Promise<Release>;
  /** Called when `observe` may say something else than before. */
  readonly onChange: () => void;
  /** Seconds that requests to a release may take to end when another one has taken its place. */
  readonly drainSeconds: number;
}

/** A workload of this process: a release that serves, and while another takes its place, that one. */
export class LocalWorkload {
  readonly name: WorkloadName;
  readonly #options: LocalWorkloadOptions;
  /** What requests go to. */
  #serving: Release | undefined;
  /** What is to take its place once it is ready. */
  #next: Release | undefined;
  /** Releases that are not gone. */
  readonly #running = new Map<Release, InFlight>();
  #ending = new AbortController();
  #applied: Promise<unknown> = Promise.resolve();

  constructor(name: WorkloadName, options: LocalWorkloadOptions) {
    this.name = name;
    this.#options = options;
  }

  /** As `Workloads.apply`; one at a time. */
  apply(plan: WorkloadPlan, signal: AbortSignal): Promise<void> {
    const applied = this.#applied.then(() => this.#apply(plan, signal));
    this.#applied = applied.catch(() => {});
    return applied;
  }

  /** As `Workloads.observe`. */
  async observe({ generation }: WorkloadPlan): Promise<WorkloadState> {
    const { url } = this.#options;
    const release = [this.#next, this.#serving].find((one) => one?.generation === generation);
    await release?.check();
    const state = release?.state;
    switch (state?.kind) {
      case undefined:
        return { status: "absent", reason: null, message: null, url };
      case "starting":
        return { status: "progressing", reason: null, message: null, url };
      case "ready":
        return { status: "ready", reason: null, message: null, url };
      case "broken":
        return { status: "failing", reason: state.reason, message: state.message, url };
      case "given_up":
        return { status: "failing", reason: state.error.reason, message: state.error.message, url };
    }
  }

  /** Where requests go, and what must be called when one has ended; otherwise why they go nowhere. */
  target(): { readonly address: Address; readonly begin: () => () => void } | "starting" | "down" {
    const address = this.#serving?.address;
    const inFlight = this.#serving && this.#running.get(this.#serving);
    if (address !== undefined && inFlight !== undefined) return { address, begin: () => inFlight.begin() };
    const isComing = [this.#next, this.#serving].some((one) => one !== undefined && one.state.kind !== "given_up");
    return isComing ? "starting" : "down";
  }

  keepAlive(): void {
    for (const release of this.#running.keys()) release.keepAlive();
  }

  /** Ends all of it; resolves when nothing runs any more. It can be applied again. */
  async end(): Promise<void> {
    this.#ending.abort();
    this.#ending = new AbortController();
    await this.#applied;
    this.#serving = undefined;
    this.#next = undefined;
    for (const release of this.#running.keys()) release.end();
    await Promise.all([...this.#running.keys()].map((release) => release.gone));
  }

  async #apply(plan: WorkloadPlan, signal: AbortSignal): Promise<void> {
    const latest = this.#next ?? this.#serving;
    if (latest?.generation === plan.generation && latest.state.kind !== "given_up") return;
    this.#next?.end();
    this.#next = undefined;
    const until = AbortSignal.any([signal, this.#ending.signal]);
    until.throwIfAborted();
    const release = await this.#options.start(plan, (one) => this.#changed(one), until);
    this.#running.set(release, new InFlight());
    release.gone.then(() => {
      this.#running.delete(release);
      this.#options.onChange();
    });
    if (until.aborted) {
      release.end();
      throw until.reason;
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
