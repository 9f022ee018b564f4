import type { PlannedWorkload } from "./plan-workload.ts";
import type { Work } from "./read-work.ts";

/** Milliseconds after which a plan that nobody has asked for goes: another platform may have removed its workload. */
const unused = 600_000;

interface Kept {
  readonly planned: PlannedWorkload;
  readonly usedAt: number;
}

/** The plans that were applied or looked up last, so that a look at what has not changed costs no more than that. */
export class Plans {
  /** In the order in which they were used last. */
  readonly #plans = new Map<string, Kept>();
  readonly #now: () => number;

  /** @param now in milliseconds, of a clock that only goes forward */
  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  /** How many there are. */
  get size(): number {
    return this.#plans.size;
  }

  /** The plan of what is wanted now, made unless it is known. */
  async of(
    { name: { workloadId }, row }: Pick<Work, "name" | "row">,
    make: () => Promise<PlannedWorkload>,
  ): Promise<PlannedWorkload> {
    const known = this.#plans.get(workloadId)?.planned;
    const planned = known?.plan.generation === row.generation ? known : await make();
    this.#plans.delete(workloadId);
    this.#plans.set(workloadId, { planned, usedAt: this.#now() });
    this.#forgetUnused();
    return planned;
  }

  forget(workloadId: string): void {
    this.#plans.delete(workloadId);
  }

  #forgetUnused(): void {
    const limit = this.#now() - unused;
    for (const [workloadId, { usedAt }] of this.#plans) {
      if (usedAt >= limit) return;
      this.#plans.delete(workloadId);
    }
  }
}
