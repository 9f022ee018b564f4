import type { WorkloadPlan } from "../../../workload.ts";

/**
 * Milliseconds for which it is enough to look at the Deployments of what was all as it should be: those are what people
 * edit, and what goes with a namespace. Each further kind is another request, for every workload, twice a minute.
 */
const enough = 5 * 60_000;

/** When everything of which workloads was last seen to be as it should be, by this process. */
export class ThoroughLooks {
  readonly #looks = new Map<string, { readonly generation: number; readonly at: number }>();

  isRecent({ workloadId, generation }: WorkloadPlan): boolean {
    const look = this.#looks.get(workloadId);
    return look !== undefined && look.generation === generation && performance.now() - look.at < enough;
  }

  note({ workloadId, generation }: WorkloadPlan): void {
    this.#looks.set(workloadId, { generation, at: performance.now() });
  }

  /** What is applied is looked at thoroughly next. */
  forget(workloadId: string): void {
    this.#looks.delete(workloadId);
  }

  /** Forgets those that count no more, such as of workloads that are gone. */
  tidy(): void {
    for (const [workloadId, { at }] of this.#looks)
      if (performance.now() - at >= enough) this.#looks.delete(workloadId);
  }
}
