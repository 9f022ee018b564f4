import * as z from "zod";
import { endpoint } from "./endpoint.ts";
import { page } from "./lists.ts";
import { done, timestamp, uuid } from "./values.ts";

export const token = z.object({
  id: uuid,
  name: z.string(),
  /** Empty, or holding `*`, means whatever its user may do. */
  scopes: z.array(z.string()),
  /** The one project that it is good for; null for any. */
  project_id: uuid.nullable(),
  last_used_at: timestamp.nullable(),
  expires_at: timestamp.nullable(),
  created_at: timestamp,
});

/** A new token: the only answer that holds it. */
export const newToken = token.extend({ token: z.string() });

/** Permissions, or `*`. What is unknown or beyond the caller's own is refused by the platform, with the valid names. */
export const scopes = z.array(z.string().max(100)).max(100);

export const createToken = endpoint({
  method: "POST",
  path: "/api/tokens",
  summary: "Create an API token for oneself, no wider than the credential that asks for it; shown once",
  permission: "authenticated",
  secret: true,
  body: z.object({
    name: z.string().min(1).max(255),
    scopes: scopes.default([]),
    project_id: uuid.nullish(),
    /** From 1 to 365; 90 days without it, or as long as the API token that asks for it lives, if that is less. */
    expires_in_days: z.int().min(1).max(365).optional(),
  }),
  response: newToken,
  status: 201,
});

export const listTokens = endpoint({
  method: "GET",
  path: "/api/tokens",
  summary: "List one's own API tokens, newest first",
  permission: "authenticated",
  query: page,
  response: z.array(token),
});

export const revokeToken = endpoint({
  method: "DELETE",
  path: "/api/tokens/{token_id}",
  summary: "Revoke one of one's own API tokens",
  permission: "authenticated",
  response: done,
});
