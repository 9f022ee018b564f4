import type { pipelines } from "@platform-mcp/client";
import { shellWord } from "@platform-mcp/server-kit";
import { mayPass } from "../endings.ts";
import { isCommit, shortRef } from "../git-ref.ts";

/** What to do about a failed pipeline. @param failed the step that failed first, if one has */
export function advice(pipeline: pipelines.Pipeline, failed: pipelines.PipelineStep | undefined): string {
  const reason = failed?.reason ?? pipeline.reason;
  if (failed !== undefined && mayPass(failed)) {
    return "Next: retry_pipeline, since this does not come from the code; if it happens again, tell the user.";
  }
  if (reason === "image_pull") return "Next: correct the image in .platform.yaml, commit and push.";
  if (reason === "timeout") {
    return "Next: find what hangs or is slow (get_step_logs), or raise timeout_minutes in .platform.yaml; commit and push.";
  }
  if (reason === "oom_killed") return "Next: make the step use less memory; commit and push.";
  const ref = shortRef(pipeline.git_ref ?? "");
  const wait = ref === "" || isCommit(ref) ? "wait_for_pipeline" : `wait_for_pipeline with ref=${shellWord(ref)}`;
  const what = reason === "invalid_definition" ? "correct .platform.yaml" : "fix it";
  return `Next: ${what}, commit, push, then ${wait}.`;
}
