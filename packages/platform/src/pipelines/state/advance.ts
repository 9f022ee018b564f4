import type { EndReason } from "../../db/schema.ts";
import type { PipelineDefinition, StepCondition } from "../definition/definition.ts";
import { matchesBranch } from "../definition/matches-branch.ts";
import { stepOrder } from "./step-order.ts";

/** A step as far as its pipeline's course depends on it. */
export interface StepState {
  readonly name: string;
  readonly status: "pending" | "running" | "success" | "failure" | "skipped";
  readonly reason: EndReason | null;
  readonly depends_on: readonly string[];
  /** Whether it may start already. */
  readonly ready: boolean;
}

/** What a pipeline's course depends on. */
export interface PipelineState {
  readonly trigger: "push" | "api" | "schedule" | "mr";
  /** Null for tags and commits. */
  readonly branch: string | null;
  readonly steps: readonly StepState[];
  /** Gives the steps their conditions; those it does not name have none. */
  readonly definition: Pick<PipelineDefinition, "steps"> | null;
}

/** A step that does not run, and why. */
export interface Skip {
  readonly name: string;
  readonly reason: "dependency_failed" | "condition";
  readonly message: string;
}

/** What follows from the state of a pipeline. */
export interface Advance {
  /** The steps that may start from now on. */
  readonly ready: readonly string[];
  readonly skipped: readonly Skip[];
  /** Given once every step has ended. */
  readonly ended: "success" | "failure" | undefined;
}

/**
 * Says how a pipeline goes on. A step's turn comes when all before it has ended; then it may start, or is skipped: by
 * what failed before it, or by its own conditions. To those after it, a step that its conditions skipped is as what was
 * before it: it hides no failure, and is none.
 */
export function advance(pipeline: PipelineState): Advance {
  const order = stepOrder(pipeline.steps, pipeline.definition);
  const ready: string[] = [];
  const skipped: Skip[] = [];
  /** Of the steps that have ended: the name of the failed step that it is or comes after, or null. */
  const failures = new Map<string, string | null>();
  for (const { name, status } of pipeline.steps) {
    if (status === "success" || status === "failure") failures.set(name, status === "failure" ? name : null);
  }
  const waiting = new Set(pipeline.steps.filter(({ name }) => !failures.has(name)));
  // Each round settles the steps whose turn has come by the one before it.
  for (let before = -1; before !== failures.size; ) {
    before = failures.size;
    for (const step of waiting) {
      const outcomes = order.before(step).map((name) => failures.get(name));
      if (outcomes.includes(undefined) || step.status === "running" || step.ready) continue;
      const failed = outcomes.find((name) => typeof name === "string") ?? null;
      const skip = step.status === "pending" ? whySkipped(order.conditionOf(step.name), failed, pipeline) : undefined;
      waiting.delete(step);
      if (step.status === "pending" && skip === undefined) {
        ready.push(step.name);
        continue;
      }
      failures.set(step.name, failed);
      if (skip !== undefined) skipped.push({ name: step.name, ...skip });
    }
  }
  const hasEnded = failures.size === pipeline.steps.length;
  const failed = pipeline.steps.some(({ status }) => status === "failure");
  return { ready, skipped, ended: hasEnded ? (failed ? "failure" : "success") : undefined };
}

function whySkipped(
  { status, branches, triggers }: StepCondition,
  failed: string | null,
  { branch, trigger }: PipelineState,
): Omit<Skip, "name"> | undefined {
  if (status === "success" && failed !== null) return { reason: "dependency_failed", message: `"${failed}" failed` };
  if (status === "failure" && failed === null) return condition("it runs only after a failure");
  if (triggers.length > 0 && !triggers.some((wanted) => wanted === trigger))
    return condition(`it runs only in pipelines started by ${triggers.join(" or ")}`);
  if (branches.length > 0 && (branch === null || !matchesBranch(branches, branch)))
    return condition(`it runs only on ${branches.join(", ")}`);
  return undefined;
}

function condition(message: string): Omit<Skip, "name"> {
  return { reason: "condition", message };
}
