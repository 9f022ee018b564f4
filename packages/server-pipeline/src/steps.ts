import type { pipelines, ResponseOf } from "@platform-mcp/client";
import { ArgumentError, list, named, type Part, quoteName } from "@platform-mcp/server-kit";
import * as z from "zod";
import { why } from "./endings.ts";
import { between, duration } from "./time.ts";

export type PipelineWithSteps = ResponseOf<typeof pipelines.getPipeline>;

export const stepsOutput = {
  steps: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      status: z.string(),
      duration: z.string().nullable(),
      why: z.string().nullable(),
      attempt: z.int().nullable(),
      after: z.array(z.string()).nullable(),
    }),
  ),
  total_steps: z.int(),
};

/** The steps in the order of their definition. */
export function stepsOf({ steps }: Pick<PipelineWithSteps, "steps">): readonly pipelines.PipelineStep[] {
  // Platforms do not always keep to the contract.
  return (steps ?? []).toSorted((one, other) => one.step_order - other.step_order);
}

/** The table of a pipeline's steps. Tools take a step by its name; where two share one, their ids are shown. */
export function stepsTable(pipeline: PipelineWithSteps): Part {
  const steps = stepsOf(pipeline);
  const unique = new Set(steps.map(({ name }) => name)).size === steps.length;
  return list({
    of: "steps",
    items: steps.map((step) => ({
      ...(unique ? {} : { id: step.id }),
      name: named(step.name),
      status: step.status,
      duration: duration(step.duration_ms ?? between(step.started_at, step.finished_at)),
      why: step.status === "success" ? null : why(step),
      attempt: step.attempt !== undefined && step.attempt > 1 ? step.attempt : null,
      after: step.depends_on?.length ? step.depends_on.map(named) : null,
    })),
    total: steps.length,
    next: () => "get_step_logs names a step by its name",
    empty: "Nothing of it runs.",
  });
}

/** The step that failed first; undefined while none has. */
export function firstFailed(pipeline: Pick<PipelineWithSteps, "steps">): pipelines.PipelineStep | undefined {
  const failed = stepsOf(pipeline).filter(({ status }) => status === "failure");
  const endOf = ({ finished_at }: pipelines.PipelineStep) => Date.parse(finished_at ?? "") || Number.POSITIVE_INFINITY;
  return failed.reduce<pipelines.PipelineStep | undefined>(
    (first, step) => (first === undefined || endOf(step) < endOf(first) ? step : first),
    undefined,
  );
}

/**
 * The step of that name or id. Without one: the step that failed first, else the last one that started, else the first.
 * @throws ArgumentError that names the steps there are
 */
export function findStep(
  pipeline: Pick<PipelineWithSteps, "steps">,
  wanted: string | undefined,
): pipelines.PipelineStep {
  const steps = stepsOf(pipeline);
  const found =
    wanted === undefined
      ? (firstFailed(pipeline) ?? steps.findLast(({ status }) => status === "running" || status === "success"))
      : (steps.find(({ id }) => id === wanted) ?? steps.find(({ name }) => name === wanted));
  const step = found ?? (wanted === undefined ? steps[0] : undefined);
  if (step !== undefined) return step;
  if (steps.length === 0) throw new ArgumentError("the pipeline has no steps; get_pipeline says why");
  throw new ArgumentError(
    `the pipeline has no such step; it has: ${steps.map(({ name }) => quoteName(name)).join(", ")}`,
  );
}
