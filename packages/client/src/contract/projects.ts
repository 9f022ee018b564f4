import * as z from "zod";
import { endpoint } from "./endpoint.ts";
import { page, pageOf } from "./lists.ts";
import { branchName, displayName, done, name, timestamp, uuid } from "./values.ts";

export const visibility = z.enum(["private", "internal", "public"]);

/** A container image reference that is safe to hand to a runtime. */
export const containerImage = z
  .string()
  .min(1)
  .max(500)
  .regex(/^[^;&|$`'"\\\n\r \t]+$/, "contains forbidden characters")
  .regex(/[A-Za-z0-9]/, "must contain alphanumeric characters");

export const project = z.object({
  id: uuid,
  owner_id: uuid,
  name: z.string(),
  display_name: z.string().nullable(),
  description: z.string().nullable(),
  visibility,
  default_branch: z.string(),
  agent_image: z.string().nullable(),
  /** Whether agents may push to the default branch and merge into it. */
  allow_agent_push_to_default: z.boolean().optional(),
  /** Whether the default branch may lose commits: by a force push, or by being deleted. */
  allow_force_push_to_default: z.boolean().optional(),
  /** What a merge request needs before it is merged: a successful pipeline of its head commit, somebody's approval of it. */
  merge_requires_pipeline: z.boolean().optional(),
  merge_requires_approval: z.boolean().optional(),
  is_active: z.boolean(),
  created_at: timestamp,
  updated_at: timestamp,
  /** Where `git clone` finds it, relative to the platform's base URL. */
  git_path: z.string().optional(),
});
export type Project = z.output<typeof project>;

const description = z.string().max(10_000);

export const listProjects = endpoint({
  method: "GET",
  path: "/api/projects",
  summary: "List the projects that the caller may read, newest first",
  permission: "project:read",
  scope: "each",
  query: page.extend({
    owner_id: uuid.optional(),
    visibility: visibility.optional(),
    /** Part of the name, in any case. */
    search: z.string().max(255).optional(),
  }),
  response: pageOf(project),
});

export const createProject = endpoint({
  method: "POST",
  path: "/api/projects",
  summary: "Create a project with an empty repository",
  permission: "project:write",
  body: z.object({
    name,
    visibility: visibility.default("private"),
    display_name: displayName.nullish(),
    description: description.nullish(),
    default_branch: branchName.default("main"),
    agent_image: containerImage.nullish(),
  }),
  response: project,
  status: 201,
});

export const getProject = endpoint({
  method: "GET",
  path: "/api/projects/{project_id}",
  summary: "Get a project",
  permission: "project:read",
  response: project,
});

export const updateProject = endpoint({
  method: "PATCH",
  path: "/api/projects/{project_id}",
  summary: "Change a project; what is left out stays, null clears",
  permission: "project:write",
  body: z.object({
    /** A new address; the old one is free at once. */
    name: name.optional(),
    display_name: displayName.nullish(),
    description: description.nullish(),
    visibility: visibility.optional(),
    /** With the four below, how the default branch is protected: not for agents to change. */
    default_branch: branchName.optional(),
    allow_agent_push_to_default: z.boolean().optional(),
    allow_force_push_to_default: z.boolean().optional(),
    merge_requires_pipeline: z.boolean().optional(),
    merge_requires_approval: z.boolean().optional(),
    agent_image: containerImage.nullish(),
  }),
  response: project,
});

export const deleteProject = endpoint({
  method: "DELETE",
  path: "/api/projects/{project_id}",
  summary: "Delete a project; its name is free again",
  permission: "project:delete",
  response: done,
});
