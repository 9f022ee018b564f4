import { once } from "node:events";
import type { WorkloadName, WorkloadPlan, WorkloadState, Workloads } from "../workload.ts";

export interface FakeWorkloadsOptions {
  readonly isOwn?: boolean;
  /** Before something is applied; it may reject. */
  readonly prepare?: (plan: WorkloadPlan) => Promise<unknown> | undefined;
  /** How what was applied is, each time somebody looks; ready unless it says otherwise. It may throw. */
  readonly stateOf?: (plan: WorkloadPlan) => Partial<WorkloadState> | undefined;
  /** Before something is stopped or removed: whether nothing is left; it may throw. */
  readonly end?: (name: WorkloadName) => boolean | undefined;
  /** What runs, where several platforms share it. */
  readonly world?: FakeWorld;
}

/** What runs: the generation that was applied, and by whom, by workload. */
export type FakeWorld = Map<string, { readonly generation: number; readonly owner: object }>;

/** Workloads that run nothing, but behave as workloads do. */
export interface FakeWorkloads extends Workloads {
  readonly plans: readonly WorkloadPlan[];
  /** What happened, in order, each as `<label> <event>`. */
  readonly log: readonly string[];
  /** What must never happen: one that is applied by two at the same time, or is run by two. */
  readonly violations: readonly string[];
  readonly world: FakeWorld;
  /** How many looks there were. */
  readonly looks: number;
  /** Tells that something has changed. */
  tell(workloadId: string): void;
}

export function createFakeWorkloads(options: FakeWorkloadsOptions = {}): FakeWorkloads {
  const { isOwn = false, prepare, stateOf, end, world = new Map() } = options;
  const plans: WorkloadPlan[] = [];
  const log: string[] = [];
  const violations: string[] = [];
  const applying = new Set<string>();
  const listeners: ((workloadId: string) => void)[] = [];
  const owner = {};
  let looks = 0;
  const remove = (name: WorkloadName, what: string) => {
    log.push(`${name.label} ${what}`);
    if (end?.(name) === false) return false;
    if (!isOwn || world.get(name.workloadId)?.owner === owner) world.delete(name.workloadId);
    return true;
  };
  return {
    isOwn,
    runsCommits: true,
    plans,
    log,
    violations,
    world,
    get looks() {
      return looks;
    },
    tell: (workloadId) => {
      for (const listener of listeners) listener(workloadId);
    },
    apply: async (plan, signal) => {
      const { workloadId, label, generation } = plan;
      plans.push(plan);
      log.push(`${label} applied ${generation}`);
      if (applying.has(workloadId)) violations.push(`${label} was applied twice at the same time`);
      applying.add(workloadId);
      try {
        signal.throwIfAborted();
        if (prepare !== undefined) await Promise.race([prepare(plan), once(signal, "abort")]);
        signal.throwIfAborted();
      } finally {
        applying.delete(workloadId);
      }
      const there = world.get(workloadId);
      if (isOwn && there !== undefined && there.owner !== owner) violations.push(`${label} is run by two`);
      world.set(workloadId, { generation, owner });
    },
    observe: async (plan) => {
      looks += 1;
      const there = world.get(plan.workloadId);
      const state = { reason: null, message: null, url: `http://${plan.label}.test/` };
      if (there?.generation !== plan.generation || (isOwn && there.owner !== owner))
        return { ...state, status: "absent", url: null };
      return { ...state, status: "ready", ...stateOf?.(plan) };
    },
    remove: async (name) => remove(name, "removed"),
    stop: async (name, atOnce) => remove(name, atOnce === true ? "stopped at once" : "stopped"),
    logs: async () => "",
    watch: (onChange) => {
      listeners.push(onChange);
    },
    removeOrphans: async (isWanted) => {
      for (const workloadId of world.keys()) if (!(await isWanted(workloadId))) world.delete(workloadId);
    },
    close: async () => {
      for (const [workloadId, there] of world) if (isOwn && there.owner === owner) world.delete(workloadId);
    },
  };
}
