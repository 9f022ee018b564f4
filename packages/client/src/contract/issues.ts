import * as z from "zod";
import { endpoint } from "./endpoint.ts";
import { page, pageOf } from "./lists.ts";
import { name, timestamp, uuid } from "./values.ts";

export const issueStatus = z.enum(["open", "closed"]);
export const title = z.string().min(1).max(500);
export const body = z.string().max(100_000);
export const labels = z.array(z.string().min(1).max(100)).max(50);

export const issue = z.object({
  id: uuid,
  project_id: uuid,
  number: z.int(),
  author_id: uuid,
  title: z.string(),
  body: z.string().nullable(),
  status: issueStatus,
  labels: z.array(z.string()),
  assignee_id: uuid.nullable(),
  created_at: timestamp,
  updated_at: timestamp,
  author_name: z.string().optional(),
  assignee_name: z.string().nullish(),
  closed_at: timestamp.nullish(),
  comment_count: z.int().optional(),
});
export type Issue = z.output<typeof issue>;

/** A comment on an issue or a merge request. */
export const comment = z.object({
  id: uuid,
  author_id: uuid,
  body: z.string(),
  created_at: timestamp,
  updated_at: timestamp,
  author_name: z.string().optional(),
});
export type Comment = z.output<typeof comment>;

/** What a comment says, as it is written. */
export const commentBody = z.object({ body: z.string().min(1).max(100_000) });

/** A page of comments, oldest first unless `desc`. */
export const commentPage = page.extend({ order: z.enum(["asc", "desc"]).default("asc") });

/** A user's name, to filter by. */
export const userName = name;

export const listIssues = endpoint({
  method: "GET",
  path: "/api/projects/{project_id}/issues",
  summary: "List issues, newest first",
  permission: "project:read",
  query: page.extend({
    status: issueStatus.optional(),
    /** Only issues that carry every one of these, separated by commas. */
    labels: z.string().min(1).max(5000).optional(),
    assignee_id: uuid.optional(),
    author_id: uuid.optional(),
    /** By name, instead of by id. */
    assignee: userName.optional(),
    author: userName.optional(),
    /** Part of the title or the body, in any case. */
    search: z.string().min(1).max(255).optional(),
  }),
  response: pageOf(issue),
});

export const createIssue = endpoint({
  method: "POST",
  path: "/api/projects/{project_id}/issues",
  summary: "Open an issue",
  permission: "project:write",
  body: z.object({
    title,
    body: body.nullish(),
    labels: labels.default([]),
    assignee_id: uuid.nullish(),
    /** By name, instead of by id. */
    assignee: userName.nullish(),
  }),
  response: issue,
  status: 201,
});

export const getIssue = endpoint({
  method: "GET",
  path: "/api/projects/{project_id}/issues/{number}",
  summary: "Get an issue",
  permission: "project:read",
  response: issue,
});

export const updateIssue = endpoint({
  method: "PATCH",
  path: "/api/projects/{project_id}/issues/{number}",
  summary: "Change an issue, as its author or with project:write; what is left out stays, null clears",
  permission: "project:read",
  body: z.object({
    title: title.optional(),
    body: body.nullish(),
    status: issueStatus.optional(),
    /** Replaces all. */
    labels: labels.optional(),
    assignee_id: uuid.nullish(),
    assignee: userName.nullish(),
  }),
  response: issue,
});

export const listIssueComments = endpoint({
  method: "GET",
  path: "/api/projects/{project_id}/issues/{number}/comments",
  summary: "List the comments of an issue",
  permission: "project:read",
  query: commentPage,
  response: z.array(comment),
});

export const createIssueComment = endpoint({
  method: "POST",
  path: "/api/projects/{project_id}/issues/{number}/comments",
  summary: "Comment on an issue",
  permission: "project:read",
  body: commentBody,
  response: comment,
  status: 201,
});

export const updateIssueComment = endpoint({
  method: "PATCH",
  path: "/api/projects/{project_id}/issues/{number}/comments/{comment_id}",
  summary: "Change a comment, as its author or with admin:users",
  permission: "project:read",
  body: commentBody,
  response: comment,
});
