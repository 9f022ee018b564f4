import { mendOf } from "./reasons.ts";
import { argumentOf, type Target } from "./target.ts";
import { statusOf, type Workload } from "./workload.ts";

/** What to do about one as it stands; undefined when there is nothing to do. */
export function nextStep(workload: Workload, target: Target): string | undefined {
  const argument = argumentOf(target);
  switch (statusOf(workload)) {
    case "pending":
    case "syncing":
      return `Next: wait_for_deployment with ${argument}.`;
    case "failed":
    case "degraded":
      return [healing(workload), mending(workload, target)].filter((part) => part !== undefined).join(" ");
    case "stopped":
      return target.kind === "deployment"
        ? `Next: update_deployment with ${argument} and desired_status=active starts it.`
        : undefined;
    default:
      return undefined;
  }
}

/** Whether it may become well without anybody. */
function healing({ stalled, generation, next_attempt_at }: Workload): string | undefined {
  if (stalled === true) return "It will not heal by itself: something else must be asked for.";
  if (generation === undefined)
    return "This platform tries again every few seconds, and does not say whether that can help.";
  return next_attempt_at ? "It is tried again by itself." : undefined;
}

function mending({ reason }: Workload, target: Target): string | undefined {
  const argument = argumentOf(target);
  const isDeployment = target.kind === "deployment";
  switch (mendOf(reason)) {
    case "log":
      return `Next: get_workload_logs with ${argument}.`;
    case "last words":
      return `Next: get_workload_logs with ${argument} and previous=true.`;
    case "image":
      return isDeployment
        ? "Next: update_deployment with an image_ref that this platform can run, or rollback_deploy."
        : "Next: correct what its pipeline builds, and push.";
    case "source":
      return "Next: correct the repository, commit and push.";
    case "manifests":
      return "Next: correct the manifests, or update_deployment; list_ops_repos shows whether their repository is in reach.";
    default:
      return isDeployment ? `rollback_deploy with ${argument} goes back to what ran before.` : undefined;
  }
}
