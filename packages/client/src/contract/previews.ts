import * as z from "zod";
import { endpoint, text } from "./endpoint.ts";
import { page, pageOf } from "./lists.ts";
import { done, timestamp, uuid } from "./values.ts";
import { desiredStatus, workloadHistory, workloadLogSelection, workloadState, workloadStatus } from "./workloads.ts";

export const preview = z.object({
  id: uuid,
  project_id: uuid,
  branch: z.string(),
  /** Its name in addresses: the branch's, in what host names allow. */
  branch_slug: z.string(),
  image_ref: z.string(),
  desired_status: desiredStatus,
  current_status: workloadStatus,
  ttl_hours: z.int(),
  /** When it is removed, unless the branch is pushed to before. */
  expires_at: timestamp,
  created_by: uuid.nullable(),
  created_at: timestamp,
  updated_at: timestamp,
  ...workloadState,
});
export type Preview = z.output<typeof preview>;

export const listPreviews = endpoint({
  method: "GET",
  path: "/api/projects/{project_id}/previews",
  summary: "List the previews of branches, newest first",
  permission: "project:read",
  query: page,
  response: pageOf(preview),
});

export const getPreview = endpoint({
  method: "GET",
  path: "/api/projects/{project_id}/previews/{branch_slug}",
  summary: "Get a preview with its state",
  permission: "project:read",
  response: preview,
});

export const previewHistory = endpoint({
  method: "GET",
  path: "/api/projects/{project_id}/previews/{branch_slug}/history",
  summary: "What was tried with the previews of this name, newest first; also of one that is gone",
  permission: "project:read",
  query: page,
  response: pageOf(workloadHistory),
});

export const previewLogs = endpoint({
  method: "GET",
  path: "/api/projects/{project_id}/previews/{branch_slug}/logs",
  summary: "The last lines that a preview printed",
  permission: "project:read",
  query: workloadLogSelection,
  response: text,
});

export const extendPreview = endpoint({
  method: "POST",
  path: "/api/projects/{project_id}/previews/{branch_slug}/extend",
  summary: "Keep a preview for this long from now on",
  permission: "project:write",
  body: z.object({ hours: z.int().min(1).max(720) }),
  response: preview,
});

export const stopPreview = endpoint({
  method: "DELETE",
  path: "/api/projects/{project_id}/previews/{branch_slug}",
  summary: "End a preview and all that belongs to it; a later push of its branch makes another",
  permission: "project:write",
  response: done,
});
