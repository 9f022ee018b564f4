import * as z from "zod";
import { endpoint } from "./endpoint.ts";
import { page } from "./lists.ts";
import { done, timestamp, uuid } from "./values.ts";

/** What a secret is handed to. */
export const secretScope = z.enum(["pipeline", "agent", "deploy", "all"]);

/** The name of the environment variable that holds it. */
export const secretName = z
  .string()
  .min(1)
  .max(255)
  .regex(
    /^[A-Za-z_][A-Za-z0-9_]*$/,
    "must be the name of an environment variable: letters, digits and '_', not starting with a digit",
  );

/** A secret without its value, which is never given out. */
export const secret = z.object({
  id: uuid,
  /** Null for one of the whole platform. */
  project_id: uuid.nullable(),
  name: z.string(),
  scope: secretScope,
  /** Counts how often the value was set. */
  version: z.int(),
  created_at: timestamp,
  updated_at: timestamp,
});

const setSecretBody = z.object({ name: secretName, value: z.string().min(1).max(65_536), scope: secretScope });

export const listSecrets = endpoint({
  method: "GET",
  path: "/api/projects/{project_id}/secrets",
  summary: "List a project's secrets by name, without their values",
  permission: "secret:read",
  query: page,
  response: z.array(secret),
});

export const setSecret = endpoint({
  method: "POST",
  path: "/api/projects/{project_id}/secrets",
  summary: "Set a project's secret: make it, or replace its value",
  permission: "secret:write",
  body: setSecretBody,
  response: secret,
  status: 201,
});

export const deleteSecret = endpoint({
  method: "DELETE",
  path: "/api/projects/{project_id}/secrets/{secret_name}",
  summary: "Delete a project's secret",
  permission: "secret:write",
  response: done,
});

export const listGlobalSecrets = endpoint({
  method: "GET",
  path: "/api/admin/secrets",
  summary: "List the secrets that every project's pipelines get, without their values",
  permission: "admin:users",
  query: page,
  response: z.array(secret),
});

export const setGlobalSecret = endpoint({
  method: "POST",
  path: "/api/admin/secrets",
  summary: "Set a secret of the whole platform",
  permission: "admin:users",
  body: setSecretBody,
  response: secret,
  status: 201,
});

export const deleteGlobalSecret = endpoint({
  method: "DELETE",
  path: "/api/admin/secrets/{secret_name}",
  summary: "Delete a secret of the whole platform",
  permission: "admin:users",
  response: done,
});
