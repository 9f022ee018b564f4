import type { pipelines } from "@platform-mcp/client";

interface Ending {
  /** What happened, in the platform's words. */
  readonly says: string;
  /** Whether running it again unchanged may end better. */
  readonly mayPass: boolean;
}

/** What each reason of the contract means to whoever has to go on. */
const endings: Readonly<Record<Exclude<pipelines.EndReason, "exit">, Ending>> = {
  timeout: { says: "stopped: it took longer than its timeout_minutes", mayPass: false },
  cancelled: { says: "cancelled", mayPass: true },
  superseded: { says: "cancelled, since a later push of the branch took its place", mayPass: false },
  lost: { says: "lost: the platform that ran it went away", mayPass: true },
  start_failed: { says: "its process, checkout or image could not be set up", mayPass: true },
  not_stored: { says: "its log or what it left could not be kept", mayPass: true },
  oom_killed: { says: "killed: it used more memory than it may", mayPass: false },
  evicted: { says: "evicted: the machine it ran on ran short of something", mayPass: true },
  image_pull: { says: "its image could not be pulled", mayPass: false },
  dependency_failed: { says: "a step it depends on did not succeed", mayPass: false },
  condition: { says: "its own `when` says so", mayPass: false },
  invalid_definition: { says: "the commit's .platform.yaml cannot be used", mayPass: false },
};

function endingOf(reason: pipelines.EndReason | null | undefined): Ending | undefined {
  // Platforms may know more reasons than this.
  if (reason === null || reason === undefined || reason === "exit") return undefined;
  return Object.hasOwn(endings, reason) ? endings[reason] : { says: reason, mayPass: false };
}

/** Why a step or pipeline ended as it did, where there is more to say than its status. */
export function why(
  ended: Pick<pipelines.PipelineStep, "reason" | "exit_code"> | Pick<pipelines.Pipeline, "reason">,
): string | null {
  const ending = endingOf(ended.reason);
  if (ending !== undefined) return ending.says;
  return "exit_code" in ended && typeof ended.exit_code === "number" ? `exit code ${ended.exit_code}` : null;
}

/** Whether running it again unchanged may end better. */
export function mayPass({ reason }: Pick<pipelines.PipelineStep, "reason">): boolean {
  return endingOf(reason)?.mayPass ?? false;
}
