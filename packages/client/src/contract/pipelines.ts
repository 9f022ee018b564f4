import * as z from "zod";
import { bytes, endpoint, text } from "./endpoint.ts";
import { page, pageOf } from "./lists.ts";
import { done, gitRef, queryBoolean, queryInteger, timestamp, uuid } from "./values.ts";

export const pipelineStatus = z.enum(["pending", "running", "success", "failure", "cancelled"]);
export const stepStatus = z.enum(["pending", "running", "success", "failure", "skipped"]);
export const pipelineTrigger = z.enum(["push", "api", "schedule", "mr"]);

/**
 * Why a step ended, or a pipeline that ran none, beyond its status.
 * - `exit`: its commands ended with `exit_code`; `timeout`, `cancelled`: they were stopped.
 * - `lost`: the platform that ran it went away; it is not run again by itself.
 * - `start_failed`: its process, checkout or image could not be set up.
 * - `not_stored`: its log or what it left could not be kept.
 * - `dependency_failed`, `condition`: it was skipped because of a step before it, or by its own `when`.
 * - `invalid_definition`: the commit's `.platform.yaml` cannot be used; the message says where.
 * - `superseded`: a later push of the branch took its place.
 */
export const endReason = z.enum([
  "exit",
  "timeout",
  "cancelled",
  "superseded",
  "lost",
  "start_failed",
  "not_stored",
  "oom_killed",
  "evicted",
  "image_pull",
  "dependency_failed",
  "condition",
  "invalid_definition",
]);
export type EndReason = z.output<typeof endReason>;

export const pipeline = z.object({
  id: uuid,
  project_id: uuid,
  trigger: pipelineTrigger,
  /** `refs/heads/<branch>` of a push or a merge request; of an API call, what the caller gave. */
  git_ref: z.string(),
  commit_sha: z.string().nullable(),
  status: pipelineStatus,
  triggered_by: uuid.nullable(),
  triggered_by_name: z.string().nullish(),
  started_at: timestamp.nullable(),
  finished_at: timestamp.nullable(),
  created_at: timestamp,
  reason: endReason.nullish(),
  /** What went wrong, in words. */
  message: z.string().nullish(),
  /** How often it was started: more than 1 after a retry. */
  run: z.int().optional(),
});
export type Pipeline = z.output<typeof pipeline>;

export const step = z.object({
  id: uuid,
  step_order: z.int(),
  name: z.string(),
  image: z.string(),
  status: stepStatus,
  exit_code: z.int().nullable(),
  duration_ms: z.int().nullable(),
  /** Where the log is kept; null while there is none. */
  log_ref: z.string().nullable(),
  created_at: timestamp,
  started_at: timestamp.nullish(),
  finished_at: timestamp.nullish(),
  reason: endReason.nullish(),
  message: z.string().nullish(),
  depends_on: z.array(z.string()).optional(),
  /** How often it was started: more than 1 after a retry. */
  attempt: z.int().optional(),
});
export type PipelineStep = z.output<typeof step>;

export const pipelineWithSteps = pipeline.extend({ steps: z.array(step) });

export const artifact = z.object({
  id: uuid,
  name: z.string(),
  content_type: z.string().nullable(),
  size_bytes: z.int().nullable(),
  expires_at: timestamp.nullable(),
  created_at: timestamp,
  /** Its path in the work tree; a directory is kept as a tar archive. */
  path: z.string().optional(),
  /** The step that made it. */
  step_name: z.string().nullish(),
});
export type Artifact = z.output<typeof artifact>;

/** Which part of a log is wanted. */
export const logSelection = z.object({
  /** The last lines; beside `max_bytes` and `follow`, it stands alone. */
  tail: queryInteger(0, 1_000_000).optional(),
  /** From this byte on; not together with `from_line`. */
  offset: queryInteger(0, Number.MAX_SAFE_INTEGER).optional(),
  /** From this line on, counted from 1. */
  from_line: queryInteger(1, Number.MAX_SAFE_INTEGER).optional(),
  to_line: queryInteger(1, Number.MAX_SAFE_INTEGER).optional(),
  /** Bytes of the answer at most: its end with `tail`, else its beginning. Characters are never split. */
  max_bytes: queryInteger(1, Number.MAX_SAFE_INTEGER).optional(),
  /** Go on with what comes until the step has ended. */
  follow: queryBoolean.default(false),
});

export const listPipelines = endpoint({
  method: "GET",
  path: "/api/projects/{project_id}/pipelines",
  summary: "List pipelines, newest first",
  permission: "project:read",
  query: page.extend({
    status: pipelineStatus.optional(),
    trigger: pipelineTrigger.optional(),
    /** `main` and `refs/heads/main` are the same. */
    git_ref: z.string().min(1).max(300).optional(),
    /** A full commit SHA. */
    commit_sha: z.string().min(1).max(64).optional(),
  }),
  response: pageOf(pipeline),
});

export const createPipeline = endpoint({
  method: "POST",
  path: "/api/projects/{project_id}/pipelines",
  summary: "Start a pipeline at a branch, tag or commit, whatever its definition's `on` says",
  permission: "project:write",
  body: z.object({ git_ref: gitRef }),
  response: pipeline,
  status: 201,
});

export const getPipeline = endpoint({
  method: "GET",
  path: "/api/projects/{project_id}/pipelines/{pipeline_id}",
  summary: "Get a pipeline with its steps",
  permission: "project:read",
  response: pipelineWithSteps,
});

export const cancelPipeline = endpoint({
  method: "POST",
  path: "/api/projects/{project_id}/pipelines/{pipeline_id}/cancel",
  summary: "Cancel a pipeline; one that has ended stays as it is",
  permission: "project:write",
  response: done,
});

export const retryPipeline = endpoint({
  method: "POST",
  path: "/api/projects/{project_id}/pipelines/{pipeline_id}/retry",
  summary:
    "Run what did not succeed again, from the same commit and definition; 409 while it runs or when all succeeded",
  permission: "project:write",
  response: pipeline,
});

export const getStepLogs = endpoint({
  method: "GET",
  path: "/api/projects/{project_id}/pipelines/{pipeline_id}/steps/{step_id}/logs",
  summary:
    "The output of a step, as much as there is now: whole, its end, or from a place on. Headers: X-Log-Size (bytes), X-Log-Lines, X-Log-Complete",
  permission: "project:read",
  query: logSelection,
  response: text,
});

export const listArtifacts = endpoint({
  method: "GET",
  path: "/api/projects/{project_id}/pipelines/{pipeline_id}/artifacts",
  summary: "List what a pipeline's steps left",
  permission: "project:read",
  query: page,
  response: z.array(artifact),
});

export const downloadArtifact = endpoint({
  method: "GET",
  path: "/api/projects/{project_id}/pipelines/{pipeline_id}/artifacts/{artifact_id}/download",
  summary: "Download an artifact, or with `Range` a part of it",
  permission: "project:read",
  response: bytes,
});
