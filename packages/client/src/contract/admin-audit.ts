import * as z from "zod";
import { endpoint } from "./endpoint.ts";
import { page, pageOf } from "./lists.ts";
import { cursor } from "./observe-logs.ts";
import { timestamp, uuid } from "./values.ts";

/** That somebody changed something, or was refused it. */
export const auditEntry = z.object({
  id: z.string(),
  recorded_at: timestamp,
  actor_id: uuid.nullable(),
  actor_name: z.string().nullable(),
  actor_type: z.enum(["human", "agent", "service_account", "system", "unknown"]),
  /** For whom an agent acted. */
  on_behalf_of: uuid.nullable(),
  on_behalf_of_name: z.string().nullish(),
  token_id: uuid.nullable(),
  /** `METHOD /path/template` of a request, or a name of what the platform did by itself. */
  action: z.string(),
  resource: z.string().nullable(),
  resource_id: z.string().nullable(),
  project_id: uuid.nullable(),
  before: z.unknown(),
  after: z.unknown(),
  ip: z.string().nullable(),
  outcome: z.enum(["done", "refused"]),
  request_id: z.string().nullable(),
});
export type AuditEntry = z.output<typeof auditEntry>;

export const searchAuditLog = endpoint({
  method: "GET",
  path: "/api/admin/audit-log",
  summary: "Search what was changed and what was refused, newest first",
  permission: "admin:users",
  query: page.extend({
    /** Who did it, or for whom an agent did it. */
    user_id: uuid.optional(),
    /** Part of it, in any case: `DELETE`, `/roles`. */
    action: z.string().max(255).optional(),
    resource: z.string().max(100).optional(),
    resource_id: z.string().max(255).optional(),
    project_id: uuid.optional(),
    outcome: z.enum(["done", "refused"]).optional(),
    from: timestamp.optional(),
    to: timestamp.optional(),
    /** Only what comes after the page that answered this as `next`; in place of `offset`. */
    before: cursor.optional(),
  }),
  response: pageOf(auditEntry).extend({
    /** True when `total` was counted only so far: there are at least as many. */
    total_is_minimum: z.boolean().optional(),
    next: cursor.nullable().optional(),
  }),
});
