import { once } from "node:events";
import { Readable } from "node:stream";
import type { RunningStep, Runtime, StepEvents, StepExit, StepPlan } from "../runtime.ts";
import type { Workloads } from "../workload.ts";
import { createFakeAgents, type FakeAgents } from "./fake-agents.ts";
import { createFakeWorkloads } from "./fake-workloads.ts";

/** What a step does when it is run. */
export interface StepScript {
  /** Its preparation takes until then. */
  readonly prepared?: Promise<unknown>;
  /** Its preparation ends with this. */
  readonly startError?: Error;
  readonly prints?: string;
  /** Its process runs until then, or until it is stopped; without it, it ends at once. */
  readonly until?: Promise<unknown>;
  readonly exit?: Partial<StepExit>;
  /** Only `dispose` ends it. */
  readonly ignoresStop?: boolean;
  /** What it leaves, by path; an error is what reading it brings. */
  readonly leaves?: Readonly<Record<string, string | Error>>;
}

/** Something that happened to a step. */
export type FakeEvent = "prepares" | "starts" | "stopped" | "kept alive" | "exits" | "disposed";

/** Runs nothing, but behaves as steps do, as a script says for each. */
export interface FakeRuntime extends Runtime {
  readonly plans: readonly StepPlan[];
  /** What happened, in order, each as `<step> <event>`. */
  readonly log: readonly string[];
  /** What must never happen: a run that was started twice, two runs of a step at the same time. */
  readonly violations: readonly string[];
}

export function createFakeRuntime(
  scriptOf: (plan: StepPlan) => StepScript = () => ({}),
  agents: FakeAgents = createFakeAgents(),
  workloads: Workloads = createFakeWorkloads(),
): FakeRuntime {
  const plans: StepPlan[] = [];
  const log: string[] = [];
  const violations: string[] = [];
  const started = new Set<string>();
  const running = new Set<string>();
  const note = ({ name }: StepPlan, event: FakeEvent) => log.push(`${name} ${event}`);

  const startProcess = async (plan: StepPlan, script: StepScript, events: StepEvents): Promise<RunningStep> => {
    const run = `${plan.stepId} ${plan.attempt}`;
    if (started.has(run)) violations.push(`${plan.name} was started twice in attempt ${plan.attempt}`);
    if (running.has(plan.stepId)) violations.push(`${plan.name} was started while it ran`);
    started.add(run);
    running.add(plan.stepId);
    note(plan, "starts");
    const stopped = Promise.withResolvers<string>();
    const process = async (): Promise<StepExit> => {
      if (script.prints !== undefined) await events.output(Buffer.from(script.prints));
      const signal = await Promise.race([script.until?.then(() => null) ?? null, stopped.promise]);
      running.delete(plan.stepId);
      note(plan, "exits");
      return { exitCode: signal === null ? 0 : null, signal, abandoned: false, ...(signal === null && script.exit) };
    };
    const exited = process();
    return {
      exited,
      stop: () => {
        note(plan, "stopped");
        if (script.ignoresStop !== true) stopped.resolve("SIGTERM");
      },
      keepAlive: () => note(plan, "kept alive"),
      output: async (path) => {
        const left = script.leaves?.[path];
        if (left instanceof Error) throw left;
        return left === undefined ? undefined : { path, kind: "file", open: () => Readable.from([Buffer.from(left)]) };
      },
      dispose: async () => {
        stopped.resolve("SIGKILL");
        await exited;
        if (log.includes(`${plan.name} disposed`)) return;
        note(plan, "disposed");
      },
    };
  };

  return {
    plans,
    log,
    violations,
    describe: ({ image }) => [`pretends to run in ${image}`],
    workloads,
    keepsRescued: agents.keepsRescued,
    startAgent: agents.startAgent,
    resumeAgent: agents.resumeAgent,
    removeOrphans: agents.removeOrphans,
    cleanUp: async () => {
      if (started.size > 0) violations.push("cleaned up after a step was started");
    },
    startStep: async (plan, events, signal) => {
      plans.push(plan);
      const script = scriptOf(plan);
      note(plan, "prepares");
      signal.throwIfAborted();
      if (script.prepared !== undefined) await Promise.race([script.prepared, once(signal, "abort")]);
      signal.throwIfAborted();
      if (script.startError !== undefined) throw script.startError;
      await events.starting();
      return await startProcess(plan, script, events);
    },
  };
}
