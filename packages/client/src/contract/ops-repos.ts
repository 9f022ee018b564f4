import * as z from "zod";
import { endpoint } from "./endpoint.ts";
import { page } from "./lists.ts";
import { branchName, done, name, timestamp, uuid } from "./values.ts";

/** A repository that holds the manifests of deployments. */
export const opsRepo = z.object({
  id: uuid,
  name: z.string(),
  repo_url: z.string(),
  branch: z.string(),
  path: z.string(),
  sync_interval_s: z.int(),
  created_at: timestamp,
  /** What it was at when it was last fetched, and when that was. */
  current_sha: z.string().nullish(),
  synced_at: timestamp.nullish(),
  /** Why it could not be fetched the last time. */
  sync_error: z.string().nullish(),
});
export type OpsRepo = z.output<typeof opsRepo>;

/** An address of a public host, or a project of this platform as `project:owner/name`. */
const repositoryUrl = z
  .string()
  .min(1)
  .max(2048)
  .regex(
    /^(https?:\/\/[^\s\p{Cc}]+|project:[^\s/\p{Cc}]+\/[^\s/\p{Cc}]+)$/u,
    "must start with http:// or https://, or be project:owner/name",
  );

const path = z
  .string()
  .min(1)
  .max(500)
  .refine((value) => !value.includes("\0") && !value.split("/").includes(".."), "is not a valid path");

/** Seconds between two fetches. */
const syncInterval = z.int().min(10).max(86_400);

export const listOpsRepos = endpoint({
  method: "GET",
  path: "/api/admin/ops-repos",
  summary: "List the repositories of manifests, by name",
  permission: "deploy:read",
  query: page,
  response: z.array(opsRepo),
});

export const createOpsRepo = endpoint({
  method: "POST",
  path: "/api/admin/ops-repos",
  summary: "Add a repository of manifests",
  permission: "admin:config",
  body: z.object({
    name,
    repo_url: repositoryUrl,
    branch: branchName.default("main"),
    path: path.default("/"),
    sync_interval_s: syncInterval.default(60),
  }),
  response: opsRepo,
  status: 201,
});

export const getOpsRepo = endpoint({
  method: "GET",
  path: "/api/admin/ops-repos/{ops_repo_id}",
  summary: "Get a repository of manifests",
  permission: "deploy:read",
  response: opsRepo,
});

export const updateOpsRepo = endpoint({
  method: "PATCH",
  path: "/api/admin/ops-repos/{ops_repo_id}",
  summary: "Change a repository of manifests; what is left out stays",
  permission: "admin:config",
  body: z.object({
    repo_url: repositoryUrl.optional(),
    branch: branchName.optional(),
    path: path.optional(),
    sync_interval_s: syncInterval.optional(),
  }),
  response: opsRepo,
});

export const deleteOpsRepo = endpoint({
  method: "DELETE",
  path: "/api/admin/ops-repos/{ops_repo_id}",
  summary: "Remove a repository of manifests; 409 names the deployments that use it",
  permission: "admin:config",
  response: done,
});

export const syncOpsRepo = endpoint({
  method: "POST",
  path: "/api/admin/ops-repos/{ops_repo_id}/sync",
  summary: "Fetch a repository of manifests now; deployments whose manifests have changed are brought up to date",
  permission: "deploy:promote",
  rate: "expensive",
  response: done.extend({ sha: z.string() }),
});
