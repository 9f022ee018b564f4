import type { alerts, BodyOf } from "@platform-mcp/client/contract";
import { sql } from "kysely";
import type { AuditRecord } from "../../audit/entry.ts";
import type { Queryable } from "../../db/queryable.ts";
import { given } from "../../given.ts";
import { conflict, invalid, notFound } from "../../problem.ts";
import { QueryError } from "./query-error.ts";
import { parseAlertQuery } from "./query-language.ts";
import { type AlertRuleRow, auditedRule } from "./rule-queries.ts";
import { stopFiring } from "./tell-alert.ts";

type NewRule = BodyOf<typeof alerts.createAlert>;

/** So many a project: each is evaluated every half a minute, or more often. */
const most = 100;

/** @throws Problem 400 for what cannot be evaluated, 404 without the project, 409 when it has too many */
export async function createRule(db: Queryable, userId: string, body: NewRule): Promise<AlertRuleRow> {
  const { description = null, threshold = null, project_id = null, notify_channels, ...wanted } = body;
  check({ ...wanted, threshold });
  if (project_id !== null) await requireRoom(db, project_id);
  return await db
    .insertInto("alert_rules")
    .values({
      ...{ ...wanted, description, threshold, project_id, created_by: userId },
      notify_channels: distinct(notify_channels),
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Locks the project, so that two at once do not count past each other. */
async function requireRoom(db: Queryable, projectId: string): Promise<void> {
  const project = db.selectFrom("projects").where("id", "=", projectId).where("is_active", "=", true);
  if ((await project.select("id").forNoKeyUpdate().executeTakeFirst()) === undefined) throw notFound("project");
  const { count } = await db
    .selectFrom("alert_rules")
    .where("project_id", "=", projectId)
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .executeTakeFirstOrThrow();
  if (count >= most) throw conflict(`the project has ${count} alert rules already, and can have at most ${most}`);
}

interface Changed {
  readonly before: AlertRuleRow;
  readonly after: AlertRuleRow;
}

/** What a rule is judged by: when that changes, what came of it before says nothing any more. */
const judgedBy = ["query", "condition", "threshold", "for_seconds", "enabled"] as const;

/** Changes a rule; one that asks for something else begins anew. @throws Problem 400 as `createRule`, 404 */
export async function updateRule(
  db: Queryable,
  id: string,
  { notify_channels, ...body }: BodyOf<typeof alerts.updateAlert>,
): Promise<Changed> {
  const before = await lockRule(db, id);
  const changes = given({ ...body, notify_channels: notify_channels && distinct(notify_channels) });
  if (Object.keys(changes).length === 0) return { before, after: before };
  const wanted = { ...before, ...changes };
  check(wanted);
  const isJudgedAnew = judgedBy.some((name) => wanted[name] !== before[name]);
  if (isJudgedAnew && before.state === "firing") {
    await stopFiring(db, before, null, wanted.enabled ? "the rule was changed" : "the rule was switched off");
  }
  const now = sql<string>`now()`;
  const after = await db
    .updateTable("alert_rules")
    .where("id", "=", id)
    .set({
      ...changes,
      ...(isJudgedAnew && {
        ...{ state: "ok", state_since: now, no_data_since: null, error: null },
        ...{ last_value: null, last_evaluated_at: null, evaluate_at: now },
      }),
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return { before, after };
}

/** Deletes a rule with its events; who was told that it fires is told that this is over. @throws Problem 404 */
export async function deleteRule(db: Queryable, id: string): Promise<AlertRuleRow> {
  const rule = await lockRule(db, id);
  if (rule.state === "firing") await stopFiring(db, rule, null);
  await db.deleteFrom("alert_rules").where("id", "=", id).execute();
  return rule;
}

/** Deletes what a project that is deleted itself has left; gives the entries for the audit log. */
export async function removeRulesOf(db: Queryable, projectId: string): Promise<AuditRecord[]> {
  const removed = await db.deleteFrom("alert_rules").where("project_id", "=", projectId).returningAll().execute();
  return removed.map((row) => ({ resource: "alert_rule", id: row.id, project: projectId, before: auditedRule(row) }));
}

/** Not while it is evaluated: that would record what came of what it was. */
async function lockRule(db: Queryable, id: string): Promise<AlertRuleRow> {
  const rule = await db.selectFrom("alert_rules").where("id", "=", id).selectAll().forUpdate().executeTakeFirst();
  if (rule === undefined) throw notFound("alert rule");
  return rule;
}

function check({ query, condition, threshold }: Pick<AlertRuleRow, "query" | "condition" | "threshold">): void {
  try {
    parseAlertQuery(query);
  } catch (error) {
    if (error instanceof QueryError) throw invalid("query", error.message);
    throw error;
  }
  if (threshold === null && condition !== "absent") {
    throw invalid(
      "threshold",
      `is needed to judge whether a value is ${{ gt: "above", lt: "below", eq: "equal to" }[condition]} it`,
    );
  }
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
