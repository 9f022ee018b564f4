import * as z from "zod";
import { queryBoolean, queryInteger } from "./values.ts";

/** What is to become of a deployment or a preview. */
export const desiredStatus = z.enum(["active", "stopped", "rollback"]);
export type DesiredStatus = z.output<typeof desiredStatus>;

/**
 * How a deployment or a preview is. Which of its states this speaks of, `observed_generation` says: as long as that is
 * less than `generation`, what was asked for last has not been looked at.
 * - `pending`: nothing has been done about it yet; `syncing`: it is being brought about.
 * - `healthy`: it runs and is ready, as was seen; `degraded`: it was, and is not any more.
 * - `failed`: it could not be brought about; `stopped`: nothing of it runs.
 */
export const workloadStatus = z.enum(["pending", "syncing", "healthy", "degraded", "failed", "stopped"]);
export type WorkloadStatus = z.output<typeof workloadStatus>;

/**
 * Why it is not healthy.
 * - `image_pull`: the image cannot be had; `unsupported_image`: this platform cannot run such an image.
 * - `no_command`: the commit has no `Procfile` with a `web:` entry; `source_missing`: the commit is gone.
 * - `crash_loop`: its process ends again and again; `oom_killed`: for want of memory.
 * - `not_ready`: it runs and does not become ready in time; `unschedulable`, `quota`: the cluster has no room for it.
 * - `invalid_manifest`: its manifests cannot be rendered or are not allowed; `ops_repo`: they cannot be had.
 * - `refused`: the cluster refused what was applied; `conflict`: what is there belongs to somebody else.
 * - `unreachable`: the runtime does not answer; `gone`: what ran was removed by somebody else, and is made anew.
 * - `expired`, `merged`, `branch_deleted`, `deleted`, `project_deleted`, `limit`: why a preview ends or is not made.
 */
export const workloadReason = z.enum([
  "image_pull",
  "unsupported_image",
  "no_command",
  "source_missing",
  "crash_loop",
  "oom_killed",
  "not_ready",
  "unschedulable",
  "quota",
  "invalid_manifest",
  "ops_repo",
  "refused",
  "conflict",
  "unreachable",
  "gone",
  "start_failed",
  "expired",
  "merged",
  "branch_deleted",
  "deleted",
  "project_deleted",
  "limit",
]);
export type WorkloadReason = z.output<typeof workloadReason>;

/** What the platform sees of anything that it keeps running. */
export const workloadState = {
  /** Counts what was asked for: each change adds 1. */
  generation: z.int().optional(),
  /** The generation of which `current_status`, `reason` and `message` speak. */
  observed_generation: z.int().optional(),
  reason: workloadReason.nullish(),
  /** What is wrong, in words, with the last lines of its log where they help. */
  message: z.string().nullish(),
  /** Since when `current_status` is what it is. */
  last_transition_at: z.iso.datetime({ offset: true }).nullish(),
  /** How often in a row it has failed in this generation, and when it is tried again; null when it is not. */
  failures: z.int().optional(),
  next_attempt_at: z.iso.datetime({ offset: true }).nullish(),
  /** True when trying again cannot help: it stays as it is until something else is asked for. */
  stalled: z.boolean().optional(),
  /** Where it answers, if the runtime knows. */
  url: z.string().nullish(),
  /** The commit that it was built from, if a pipeline has deployed it. */
  commit_sha: z.string().nullish(),
  pipeline_id: z.uuid().nullish(),
};

/** What was tried with a deployment or a preview, and what came of it. */
export const workloadAction = z.enum(["deploy", "rollback", "stop", "scale"]);

/** One line of its history. */
export const workloadHistory = z.object({
  id: z.uuid(),
  deployment_id: z.uuid(),
  /** Empty of a failure on an installation that does not say. */
  image_ref: z.string(),
  ops_repo_sha: z.string().nullable(),
  action: workloadAction,
  status: z.enum(["success", "failure"]),
  deployed_by: z.uuid().nullable(),
  deployed_by_name: z.string().nullish(),
  message: z.string().nullable(),
  created_at: z.iso.datetime({ offset: true }),
  reason: workloadReason.nullish(),
  generation: z.int().optional(),
  commit_sha: z.string().nullish(),
});

/** Which part of what it printed is wanted. */
export const workloadLogSelection = z.object({
  /** The last lines. */
  tail: queryInteger(1, 10_000).default(200),
  /** Of the process before the one that runs: of one that crashes, its last words. */
  previous: queryBoolean.default(false),
});
