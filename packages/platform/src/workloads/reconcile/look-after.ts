import { Problem } from "../../problem.ts";
import { WorkloadError, type WorkloadState } from "../../runtime/workload.ts";
import { UnreadableSecretError } from "../../secrets/unreadable-secret-error.ts";
import { isCurrent, isDue } from "./known.ts";
import { mustApply } from "./must-apply.ts";
import type { Finding } from "./next-state.ts";
import { type PlannedWorkload, planWorkload } from "./plan-workload.ts";
import type { Plans } from "./plans.ts";
import type { Work } from "./read-work.ts";
import type { ReconcileServices } from "./reconcile-services.ts";
import { recordable } from "./recordable.ts";

export interface LookOptions {
  readonly services: ReconcileServices;
  readonly plans: Plans;
  /** Ends an attempt: something else is wanted by now, or there is no time left. */
  readonly signal: AbortSignal;
  /** Records what was found before more is done about it. @throws when there is nothing more to be done */
  readonly note: (work: Work, finding: Finding) => Promise<Work>;
}

export interface Found {
  /** As it was when that was found. */
  readonly work: Work;
  readonly finding: Finding;
  /** The commit of the ops repo that was applied; undefined when nothing was. */
  readonly sha?: string | null | undefined;
}

/**
 * Looks at a workload and does what is to be done about it, once.
 * @throws what `note` throws, the signal's reason, and what the database throws
 */
export async function lookAfter(work: Work, options: LookOptions): Promise<Found> {
  const { known } = work;
  const isWaiting = known.goal !== "active" && isCurrent(known) && !isDue(known, work.now());
  if ((known.stalled && isCurrent(known)) || isWaiting) return { work, finding: { kind: "nothing" } };
  return known.goal === "active" ? await keepUp(work, options) : await end(work, known.goal, options);
}

async function end(work: Work, goal: "stopped" | "removed", { services, signal }: LookOptions): Promise<Found> {
  const { workloads } = services;
  try {
    const isDone = await (goal === "stopped" ? workloads.stop(work.name) : workloads.remove(work.name));
    return { work, finding: { kind: "ended", isDone } };
  } catch (error) {
    return { work, finding: failed(error, work, { services, signal }) };
  }
}

async function keepUp(work: Work, options: LookOptions): Promise<Found> {
  if (!isCurrent(work.known)) return await attempt(await options.note(work, { kind: "begun" }), options);
  const planned = await plan(work, options);
  if (isFinding(planned)) {
    const { known } = work;
    const goesOn =
      known.status === "healthy" ||
      ((known.status === "degraded" || known.status === "failed") && !isDue(known, work.now()));
    // It could not be compared with what it should be: that does not make it worse.
    return { work, finding: goesOn ? { kind: "nothing" } : planned };
  }
  const finding = await observe(planned, options, false);
  if (finding.kind !== "observed" || !mustApply(work.known, finding.state, work.now())) return { work, finding };
  return await attempt(work.known.status === "healthy" ? await options.note(work, finding) : work, options);
}

async function attempt(work: Work, options: LookOptions): Promise<Found> {
  const { services, plans, signal } = options;
  plans.forget(work.name.workloadId);
  const planned = await plan(work, options);
  if (isFinding(planned)) return { work, finding: planned };
  const { sha } = planned;
  try {
    signal.throwIfAborted();
    await services.workloads.apply(planned.plan, signal);
  } catch (error) {
    return { work, finding: failed(error, work, options) };
  }
  signal.throwIfAborted();
  return { work, finding: await observe(planned, options, true), sha };
}

async function plan(work: Work, { services, plans, signal }: LookOptions): Promise<PlannedWorkload | Finding> {
  try {
    return await plans.of(work, () => planWorkload(services, work, signal));
  } catch (error) {
    if (error instanceof WorkloadError) return failure(error);
    const isExplained = error instanceof UnreadableSecretError || error instanceof Problem;
    if (!isExplained) throw error;
    return { kind: "failed", reason: "start_failed", message: error.message, isFinal: false };
  }
}

async function observe(
  { plan: wanted }: PlannedWorkload,
  { services }: LookOptions,
  applied: boolean,
): Promise<Finding> {
  try {
    const state: WorkloadState = await services.workloads.observe(wanted);
    const message = state.message === null ? null : recordable(state.message);
    return { kind: "observed", state: { ...state, message }, applied };
  } catch (error) {
    if (!(error instanceof WorkloadError))
      services.logger.warn({ err: error, workload: wanted.workloadId }, "looking at a workload");
    const message = error instanceof Error ? error.message : String(error);
    return { kind: "unknown", message: recordable(`what runs it cannot be asked: ${message}`), applied };
  }
}

/** @throws the signal's reason when it was that which has ended the attempt */
function failed(
  error: unknown,
  { name }: Work,
  { services, signal }: Pick<LookOptions, "services" | "signal">,
): Finding {
  signal.throwIfAborted();
  if (error instanceof WorkloadError) return failure(error);
  services.logger.error({ err: error, workload: name.workloadId }, "reconciling a workload");
  const message = "an error of the platform, which its log tells of";
  return { kind: "failed", reason: "start_failed", message, isFinal: false };
}

function failure({ reason, message, isFinal }: WorkloadError): Finding {
  return { kind: "failed", reason, message: recordable(message), isFinal };
}

function isFinding(value: PlannedWorkload | Finding): value is Finding {
  return "kind" in value;
}
