import type { Permission } from "@platform-mcp/client/contract";
import { requireGlobally, requireOnProject } from "../../access/authorise.ts";
import type { Caller } from "../../access/caller.ts";
import type { Queryable } from "../../db/queryable.ts";
import { notFound } from "../../problem.ts";
import { heldAmong } from "../readable.ts";
import { type AlertRuleRow, findRule } from "./rule-queries.ts";

/**
 * A rule, for a caller who holds the permission where it belongs: on its project, or everywhere for the platform's.
 * @throws Problem 404 unless they may read it; 403 when they may, but not do this
 */
export async function requireRule(
  db: Queryable,
  caller: Caller,
  id: string,
  permission: Permission,
): Promise<AlertRuleRow> {
  const rule = await findRule(db, id);
  const readable = await heldAmong(db, caller, "observe:read", rule === undefined ? [] : [rule.project_id]);
  if (rule === undefined || !readable.has(rule.project_id)) throw notFound("alert rule");
  if (permission !== "observe:read") await requireWhere(db, caller, permission, rule.project_id);
  return rule;
}

/** @throws Problem 403, or 404 for a project that they have no business with */
export async function requireWhere(
  db: Queryable,
  caller: Caller,
  permission: Permission,
  projectId: string | null,
): Promise<void> {
  if (projectId === null) await requireGlobally(db, caller, permission);
  else await requireOnProject(db, caller, permission, projectId);
}
