import type { Tool } from "@platform-mcp/server-kit";
import { addIssueComment } from "./tools/add-issue-comment.ts";
import { addMergeRequestComment } from "./tools/add-merge-request-comment.ts";
import { createIssue } from "./tools/create-issue.ts";
import { createMergeRequest } from "./tools/create-merge-request.ts";
import { getIssue } from "./tools/get-issue.ts";
import { getMergeRequest } from "./tools/get-merge-request.ts";
import { getMergeRequestDiff } from "./tools/get-merge-request-diff.ts";
import { listIssueComments } from "./tools/list-issue-comments.ts";
import { listIssues } from "./tools/list-issues.ts";
import { listMergeRequestComments } from "./tools/list-merge-request-comments.ts";
import { listMergeRequests } from "./tools/list-merge-requests.ts";
import { mergeMergeRequest } from "./tools/merge-merge-request.ts";
import { reviewMergeRequest } from "./tools/review-merge-request.ts";
import { updateIssue } from "./tools/update-issue.ts";
import { updateMergeRequest } from "./tools/update-merge-request.ts";

/** The tools of platform-issues, in the order a newcomer would meet them. */
export const tools: readonly Tool[] = [
  listIssues,
  getIssue,
  createIssue,
  updateIssue,
  listIssueComments,
  addIssueComment,
  listMergeRequests,
  getMergeRequest,
  getMergeRequestDiff,
  createMergeRequest,
  updateMergeRequest,
  listMergeRequestComments,
  addMergeRequestComment,
  reviewMergeRequest,
  mergeMergeRequest,
];
