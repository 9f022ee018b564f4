import type { PlannedWorkload } from "./plan-workload.ts";
import type { Work } from "./read-work.ts";

/** The plans that were applied or looked up last, so that a look at what has not changed costs no more than that. */
export class Plans {
  readonly #plans = new Map<string, PlannedWorkload>();

  /** The plan of what is wanted now, made unless it is known. */
  async of({ name: { workloadId }, row }: Work, make: () => Promise<PlannedWorkload>): Promise<PlannedWorkload> {
    const known = this.#plans.get(workloadId);
    if (known?.plan.generation === row.generation) return known;
    const made = await make();
    this.#plans.set(workloadId, made);
    return made;
  }

  forget(workloadId: string): void {
    this.#plans.delete(workloadId);
  }
}
