import type { mergeRequests, ResponseOf } from "@platform-mcp/client";
import { named, time, user } from "@platform-mcp/server-kit";
import * as z from "zod";
import { shown } from "./people.ts";

/** A merge request by itself. Platforms leave fields out. */
export type MergeRequestDetails = Partial<ResponseOf<typeof mergeRequests.getMergeRequest>>;

/** What lists show of a merge request. */
export const mergeRequestOutput = {
  number: z.int(),
  status: z.string(),
  title: z.string(),
  source_branch: z.string(),
  target_branch: z.string(),
  author: z.string(),
  comments: z.int(),
  updated_at: z.string(),
};

/** A row of a list of merge requests. Platforms leave fields out. */
export function mergeRequestRow(request: Partial<mergeRequests.MergeRequest>) {
  return {
    number: request.number,
    status: request.status,
    title: user(request.title),
    source_branch: named(request.source_branch),
    target_branch: named(request.target_branch),
    author: shown(request.author_name, request.author_id),
    comments: request.comment_count,
    updated_at: time(request.updated_at),
  };
}

/** Paths that a merge request is shown to conflict in, at most. */
const conflictsShown = 30;

/** What a merge request by itself shows besides. */
export const detailsOutput = {
  ...mergeRequestOutput,
  created_at: z.string(),
  head_sha: z.string().nullable(),
  merge_status: z.string().nullable(),
  conflicts: z.array(z.string()),
  total_conflicts: z.int(),
  blocked_by: z.string(),
  ahead_by: z.int().nullable(),
  behind_by: z.int().nullable(),
  pipeline: z.string().nullable(),
  approvals: z.int(),
  changes_requested: z.int(),
  preview_url: z.string().nullable(),
  merged_by: z.string().nullable(),
  merged_at: z.string().nullable(),
  merge_commit_sha: z.string().nullable(),
};

/** What a write answers with: where the merge request stands. */
export function standing(request: MergeRequestDetails) {
  const { number, status, target_branch, merge_status } = request;
  return { number, status, target_branch: named(target_branch), merge_status, blocked_by: blocks(request) };
}

/** The same in structured output. */
export const standingOutput = {
  number: z.int(),
  status: z.string(),
  target_branch: z.string(),
  merge_status: z.string().nullable(),
  blocked_by: z.string(),
};

function blocks({ blocked_by }: MergeRequestDetails): string | undefined {
  return blocked_by?.length ? blocked_by.join("; ") : undefined;
}

/** A merge request by itself, but for its body. */
export function mergeRequestFields(request: MergeRequestDetails) {
  const { conflicts, pipeline } = request;
  return {
    ...mergeRequestRow(request),
    created_at: time(request.created_at),
    head_sha: request.head_sha,
    merge_status: request.merge_status,
    conflicts: conflicts?.length ? conflicts.slice(0, conflictsShown).map(named) : undefined,
    total_conflicts: conflicts && conflicts.length > conflictsShown ? conflicts.length : undefined,
    blocked_by: blocks(request),
    ahead_by: request.ahead_by,
    behind_by: request.behind_by,
    pipeline: pipeline ? `${pipeline.status} (${pipeline.id})` : undefined,
    approvals: request.approvals,
    changes_requested: request.changes_requested,
    preview_url: user(request.preview_url),
    merged_by: shown(request.merged_by_name, request.merged_by),
    merged_at: time(request.merged_at),
    merge_commit_sha: request.merge_commit_sha,
  };
}
