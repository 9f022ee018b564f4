import * as z from "zod";
import { endpoint } from "./endpoint.ts";
import { diff, diffQuery, sha } from "./git.ts";
import { body, comment, commentBody, commentPage, title, userName } from "./issues.ts";
import { page, pageOf } from "./lists.ts";
import { pipelineStatus } from "./pipelines.ts";
import { branchName, timestamp, uuid } from "./values.ts";

export const mergeRequestStatus = z.enum(["open", "merged", "closed"]);
export const verdict = z.enum(["approve", "request_changes", "comment"]);
export const mergeMethod = z.enum(["merge", "fast_forward", "squash"]);

/**
 * Whether an open merge request can be merged now.
 * - `mergeable`: yes. `conflicts`: not by itself; `conflicts` names the paths. `blocked`: the project's rules, in `blocked_by`.
 * - `source_missing`, `target_missing`: the branch is gone. `up_to_date`: the target has all of it already.
 */
export const mergeStatus = z.enum([
  "mergeable",
  "conflicts",
  "blocked",
  "source_missing",
  "target_missing",
  "up_to_date",
]);

/** A commit that somebody has seen: named in full, since another can be made to begin with the same digits. */
const seenCommit = z.string().regex(/^[0-9a-f]{40}$/i, "must be a commit's full SHA, of 40 digits");

export const mergeRequest = z.object({
  id: uuid,
  project_id: uuid,
  number: z.int(),
  author_id: uuid,
  source_branch: z.string(),
  target_branch: z.string(),
  title: z.string(),
  body: z.string().nullable(),
  status: mergeRequestStatus,
  merged_by: uuid.nullable(),
  merged_at: timestamp.nullable(),
  created_at: timestamp,
  updated_at: timestamp,
  author_name: z.string().optional(),
  merged_by_name: z.string().nullish(),
  /** The source branch's commit; once merged or closed, what it was then. */
  head_sha: z.string().nullish(),
  /** The commit that the target branch got by the merge. */
  merge_commit_sha: z.string().nullish(),
  comment_count: z.int().optional(),
});
export type MergeRequest = z.output<typeof mergeRequest>;

/** A merge request by itself: also what its branches, pipeline and reviews say now. */
export const mergeRequestDetails = mergeRequest.extend({
  /** Null when it is not open. */
  merge_status: mergeStatus.nullish(),
  /** Paths that conflict. */
  conflicts: z.array(z.string()).optional(),
  /** What the project asks for before it is merged, and is not there yet. */
  blocked_by: z.array(z.string()).optional(),
  /** Commits that the source has and the target has not, and the other way round. */
  ahead_by: z.int().nullish(),
  behind_by: z.int().nullish(),
  /** The latest pipeline of its head commit. */
  pipeline: z.object({ id: uuid, status: pipelineStatus }).nullish(),
  /** Reviews that count: the last one of each reviewer, of the head commit. */
  approvals: z.int().optional(),
  changes_requested: z.int().optional(),
  /** Where its source branch is deployed for a look. */
  preview_url: z.string().nullish(),
});

export const review = z.object({
  id: uuid,
  mr_id: uuid,
  reviewer_id: uuid,
  verdict,
  body: z.string().nullable(),
  created_at: timestamp,
  reviewer_name: z.string().optional(),
  /** The head commit that was reviewed. */
  commit_sha: z.string().nullish(),
  /** Whether the head has moved since. */
  outdated: z.boolean().optional(),
});

export const listMergeRequests = endpoint({
  method: "GET",
  path: "/api/projects/{project_id}/merge-requests",
  summary: "List merge requests, newest first",
  permission: "project:read",
  query: page.extend({
    status: mergeRequestStatus.optional(),
    author_id: uuid.optional(),
    /** By name, instead of by id. */
    author: userName.optional(),
    source_branch: branchName.optional(),
    target_branch: branchName.optional(),
    /** Part of the title or the body, in any case. */
    search: z.string().min(1).max(255).optional(),
  }),
  response: pageOf(mergeRequest),
});

export const createMergeRequest = endpoint({
  method: "POST",
  path: "/api/projects/{project_id}/merge-requests",
  summary: "Ask for a branch to be merged into another",
  permission: "project:write",
  body: z.object({
    source_branch: branchName,
    target_branch: branchName,
    title,
    body: body.nullish(),
  }),
  response: mergeRequestDetails,
  status: 201,
});

export const getMergeRequest = endpoint({
  method: "GET",
  path: "/api/projects/{project_id}/merge-requests/{number}",
  summary: "Get a merge request: whether it can be merged, its pipeline, its reviews' outcome",
  permission: "project:read",
  response: mergeRequestDetails,
});

export const updateMergeRequest = endpoint({
  method: "PATCH",
  path: "/api/projects/{project_id}/merge-requests/{number}",
  summary: "Change, close or reopen a merge request, as its author or with project:write",
  permission: "project:read",
  body: z.object({
    title: title.optional(),
    body: body.nullish(),
    /** Merged ones stay merged. */
    status: z.enum(["open", "closed"]).optional(),
    target_branch: branchName.optional(),
  }),
  response: mergeRequestDetails,
});

export const mergeMergeRequest = endpoint({
  method: "POST",
  path: "/api/projects/{project_id}/merge-requests/{number}/merge",
  summary: "Merge; 409 with `conflicts` when the branches disagree, or saying what stands in the way",
  permission: "project:write",
  body: z
    .object({
      method: mergeMethod.default("merge"),
      /** The first line of the merge commit, and after an empty line the rest. */
      message: z.string().min(1).max(10_000).optional(),
      /** Merge only if this is still the source's commit. */
      expected_head_sha: seenCommit.optional(),
      delete_source_branch: z.boolean().default(false),
    })
    .default({ method: "merge", delete_source_branch: false }),
  response: mergeRequestDetails,
});

export const getMergeRequestDiff = endpoint({
  method: "GET",
  path: "/api/projects/{project_id}/merge-requests/{number}/diff",
  summary: "What a merge request changes: files with counts, and the patch; of a merged one, what it changed",
  permission: "project:read",
  rate: "expensive",
  query: diffQuery,
  response: z.object({ base_sha: sha, head_sha: sha, ...diff.shape }),
});

export const listReviews = endpoint({
  method: "GET",
  path: "/api/projects/{project_id}/merge-requests/{number}/reviews",
  summary: "List the reviews of a merge request, oldest first",
  permission: "project:read",
  query: page,
  response: z.array(review),
});

export const createReview = endpoint({
  method: "POST",
  path: "/api/projects/{project_id}/merge-requests/{number}/reviews",
  summary: "Review the head commit of a merge request",
  permission: "project:read",
  body: z.object({
    verdict,
    body: body.nullish(),
    /** 409 when the head is another by now: nobody approves what they have not seen. */
    commit_sha: seenCommit.optional(),
  }),
  response: review,
  status: 201,
});

export const listMergeRequestComments = endpoint({
  method: "GET",
  path: "/api/projects/{project_id}/merge-requests/{number}/comments",
  summary: "List the comments of a merge request",
  permission: "project:read",
  query: commentPage,
  response: z.array(comment),
});

export const createMergeRequestComment = endpoint({
  method: "POST",
  path: "/api/projects/{project_id}/merge-requests/{number}/comments",
  summary: "Comment on a merge request",
  permission: "project:read",
  body: commentBody,
  response: comment,
  status: 201,
});

export const updateMergeRequestComment = endpoint({
  method: "PATCH",
  path: "/api/projects/{project_id}/merge-requests/{number}/comments/{comment_id}",
  summary: "Change a comment, as its author or with admin:users",
  permission: "project:read",
  body: commentBody,
  response: comment,
});
