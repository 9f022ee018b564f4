import type { alerts, QueryOf } from "@platform-mcp/client/contract";
import { type Selectable, sql } from "kysely";
import type { Queryable } from "../../db/queryable.ts";
import type { AlertEventsTable, AlertRulesTable } from "../../db/schema.ts";

export type AlertRuleRow = Selectable<AlertRulesTable>;
type AlertEventView = Selectable<AlertEventsTable>;

interface Page {
  readonly limit: number;
  readonly offset: number;
}

/** A rule as the API shows it: without what is only for whoever evaluates it. */
export function ruleView({ created_by: _by, no_data_since: _since, evaluate_at: _at, ...view }: AlertRuleRow) {
  return view satisfies alerts.AlertRule;
}

/** A rule as the audit log shows it: what somebody has asked for, and not what came of it. */
export function auditedRule(rule: AlertRuleRow): Record<string, unknown> {
  const { name, description, query, condition, threshold, for_seconds, severity, notify_channels, enabled } = rule;
  return { name, description, query, condition, threshold, for_seconds, severity, notify_channels, enabled };
}

/** Of a project, or of everything; what is left of a project that is deleted is nobody's. */
function rulesOf(db: Queryable, projectId: string | undefined) {
  const rules = db.selectFrom("alert_rules").where(
    sql<boolean>`(alert_rules.project_id is null or exists (
        select from projects where projects.id = alert_rules.project_id and is_active
      ))`,
  );
  return projectId === undefined ? rules : rules.where("project_id", "=", projectId);
}

/** A page of rules as the API shows them, those that fire first, and how many there are in all. */
export async function listRules(db: Queryable, filter: QueryOf<typeof alerts.listAlerts>) {
  let query = rulesOf(db, filter.project_id);
  if (filter.enabled !== undefined) query = query.where("enabled", "=", filter.enabled);
  if (filter.status !== undefined) query = query.where("state", "=", filter.status);
  const rows = await query
    .selectAll()
    .orderBy(sql`array_position(array['firing', 'pending', 'no_data', 'ok'], state)`)
    .orderBy("enabled", "desc")
    .orderBy(sql`array_position(array['critical', 'warning', 'info'], severity)`)
    .orderBy("state_since", "desc")
    .orderBy("id")
    .limit(filter.limit)
    .offset(filter.offset)
    .execute();
  const { total } = await query.select((eb) => eb.fn.countAll<number>().as("total")).executeTakeFirstOrThrow();
  return { items: rows.map(ruleView), total };
}

export async function findRule(db: Queryable, id: string): Promise<AlertRuleRow | undefined> {
  return await rulesOf(db, undefined).where("id", "=", id).selectAll().executeTakeFirst();
}

/** A page of when a rule has fired, newest first, and how often it has in all. */
export async function listEvents(db: Queryable, ruleId: string, page: Page) {
  const query = db.selectFrom("alert_events").where("rule_id", "=", ruleId);
  const items: AlertEventView[] = await query
    .selectAll()
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .limit(page.limit)
    .offset(page.offset)
    .execute();
  const { total } = await query.select((eb) => eb.fn.countAll<number>().as("total")).executeTakeFirstOrThrow();
  return { items, total };
}
