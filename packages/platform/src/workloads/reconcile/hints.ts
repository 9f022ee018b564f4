import { setTimeout as delay } from "node:timers/promises";
import { sql } from "kysely";
import type { Queryable } from "../../db/queryable.ts";
import type { WorkloadRun } from "./workload-run.ts";

interface HintsOptions {
  readonly db: Queryable;
  readonly runs: ReadonlySet<WorkloadRun>;
  /** Called when somebody should look whether there is something to claim. */
  readonly onDue: () => void;
  readonly onError: (error: unknown) => void;
}

/** How long hints are collected, in milliseconds. */
const COLLECTED = 200;

/** What the runtime says of workloads, made into looks at them: of many hints about one, one look. */
export class Hints {
  readonly #options: HintsOptions;
  readonly #closing = new AbortController();
  #collected = new Set<string>();
  #passingOn: Promise<void> | undefined;

  constructor(options: HintsOptions) {
    this.#options = options;
  }

  add(workloadId: string): void {
    if (this.#closing.signal.aborted) return;
    this.#collected.add(workloadId);
    this.#passingOn ??= this.#passOn().catch(this.#options.onError);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#passingOn;
  }

  async #passOn(): Promise<void> {
    await delay(COLLECTED, undefined, { signal: this.#closing.signal }).catch(() => {});
    const ids = this.#collected;
    this.#collected = new Set();
    this.#passingOn = undefined;
    const { runs, db, onDue } = this.#options;
    for (const run of runs) if (ids.delete(run.claim.id)) run.poke();
    if (ids.size === 0 || this.#closing.signal.aborted) return;
    await db
      .updateTable("workloads")
      .where("id", "in", [...ids])
      .where("status", "=", "pending")
      .where("reconcile_at", ">", sql<string>`now()`)
      .where("stalled", "=", false)
      .set({ reconcile_at: sql<string>`now()` })
      .execute();
    onDue();
  }
}
