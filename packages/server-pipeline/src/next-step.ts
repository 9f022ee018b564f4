import { mayPass } from "./endings.ts";
import { firstFailed, type PipelineWithSteps } from "./steps.ts";

/** What to do about a pipeline as it stands; undefined when there is nothing to do. */
export function nextStep(pipeline: PipelineWithSteps): string | undefined {
  const failed = firstFailed(pipeline);
  if (failed !== undefined) {
    return mayPass(failed)
      ? "Next: retry_pipeline; diagnose_pipeline shows what its log says."
      : "Next: diagnose_pipeline.";
  }
  switch (pipeline.status) {
    case "pending":
    case "running":
      return "Next: wait_for_pipeline.";
    case "failure":
      return pipeline.reason === "invalid_definition"
        ? "Next: correct .platform.yaml, commit and push."
        : "Next: diagnose_pipeline.";
    case "cancelled":
      return pipeline.reason === "superseded"
        ? "Next: list_pipelines with its ref shows the one that took its place."
        : "Next: retry_pipeline runs it again.";
    default:
      return undefined;
  }
}
