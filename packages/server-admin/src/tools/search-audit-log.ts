import { audit } from "@platform-mcp/client";
import {
  defineAnyProjectTool,
  limit,
  list,
  named,
  note,
  offset,
  pointInTime,
  user as text,
  time,
} from "@platform-mcp/server-kit";
import * as z from "zod";
import { user } from "../arguments.ts";
import { auditChange } from "../audit-change.ts";
import { findsUsers, userIdOf } from "../find/find-user.ts";

const outcome = z.enum(["done", "refused"]);

export const searchAuditLog = defineAnyProjectTool({
  name: "search_audit_log",
  title: "Search audit log",
  description:
    "Search who changed what, or was refused, newest first. What concerns users, roles and settings is of no project.",
  risk: "read",
  input: {
    user: user.optional().describe("Who did it, or for whom an agent did"),
    action: z.string().min(1).max(255).optional().describe("Part of method and path, such as DELETE or /roles"),
    resource: z.string().min(1).max(100).optional().describe("Such as delegation"),
    resource_id: z.string().min(1).max(255).optional(),
    outcome: outcome.optional(),
    from: pointInTime.optional().describe("Such as -2h"),
    to: pointInTime.optional(),
    limit,
    offset,
  },
  output: {
    entries: z.array(
      z.object({
        at: z.string(),
        by: z.string(),
        for: z.string().nullable(),
        action: z.string(),
        outcome: z.string().nullable(),
        resource: z.string().nullable(),
        id: z.string().nullable(),
        project: z.string().nullable(),
        change: z.string().nullable(),
      }),
    ),
    total_entries: z.int(),
  },
  uses: [...findsUsers, audit.searchAuditLog],
  async run({ api, project }, { user, limit, offset, ...filter }) {
    const user_id = user === undefined ? undefined : await userIdOf(api, user);
    const query = { ...filter, user_id, project_id: project, limit, offset };
    const { items, total, total_is_minimum } = await api.call(audit.searchAuditLog, query);
    const rows = list({
      of: "entries",
      items: items.map((entry) => entryRow(entry, project)),
      offset,
      total,
      ...(total_is_minimum && { totalIsMinimum: true }),
      next: (next) => `search_audit_log with the same arguments and offset=${next}`,
      empty: "Nothing of that kind was changed or refused.",
    });
    return project === undefined
      ? rows
      : [rows, note("Of this project alone: what concerns users, roles and settings is of none.")];
  },
});

function entryRow(entry: audit.AuditEntry, project: string | undefined) {
  return {
    at: time(entry.recorded_at),
    by: named(entry.actor_name ?? entry.actor_id ?? entry.actor_type),
    for: named(entry.on_behalf_of_name ?? entry.on_behalf_of),
    action: text(entry.action),
    outcome: entry.outcome === "done" ? null : entry.outcome,
    resource: entry.resource,
    id: named(entry.resource_id),
    project: entry.project_id === project ? null : entry.project_id,
    change: text(auditChange(entry)),
  };
}
