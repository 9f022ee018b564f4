import type { workloads } from "@platform-mcp/client";

interface Reason {
  /** What happened, in the platform's words. */
  readonly says: string;
  /** Where whoever has to mend it looks first, or what they have to change. */
  readonly mend?: "log" | "last words" | "image" | "source" | "manifests";
}

/** What each reason of the contract means to whoever has to go on. */
const reasons: Readonly<Record<workloads.WorkloadReason, Reason>> = {
  image_pull: { says: "its image cannot be pulled", mend: "image" },
  unsupported_image: { says: "this platform cannot run such an image", mend: "image" },
  no_command: { says: "its commit has no Procfile with a `web:` entry", mend: "source" },
  source_missing: { says: "its commit is gone", mend: "image" },
  crash_loop: { says: "its process ends again and again", mend: "last words" },
  oom_killed: { says: "its process used more memory than it may", mend: "last words" },
  not_ready: { says: "it runs, and does not become ready in time", mend: "log" },
  unschedulable: { says: "the cluster has no room for it" },
  quota: { says: "a quota of the cluster is used up" },
  invalid_manifest: { says: "its manifests cannot be rendered, or are not allowed", mend: "manifests" },
  ops_repo: { says: "its ops repo cannot be had", mend: "manifests" },
  refused: { says: "the cluster refused it" },
  conflict: { says: "what is there belongs to somebody else" },
  unreachable: { says: "what runs it does not answer" },
  gone: { says: "it was removed by somebody else, and is made anew" },
  start_failed: { says: "its process could not be started", mend: "log" },
  expired: { says: "its time was over" },
  merged: { says: "its branch was merged" },
  branch_deleted: { says: "its branch was deleted" },
  deleted: { says: "somebody ended it" },
  project_deleted: { says: "its project was deleted" },
  limit: { says: "the project has as many previews as it may" },
};

/** A reason in words; null where there is none. Platforms may know more reasons than this. */
export function reasonText(reason: string | null | undefined): string | null {
  return known(reason)?.says ?? reason ?? null;
}

/** What to look at or change where this is the reason; undefined where that is not known. */
export function mendOf(reason: string | null | undefined): Reason["mend"] {
  return known(reason)?.mend;
}

function known(reason: string | null | undefined): Reason | undefined {
  const all: Readonly<Record<string, Reason>> = reasons;
  return reason && Object.hasOwn(all, reason) ? all[reason] : undefined;
}
