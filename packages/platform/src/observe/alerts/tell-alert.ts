import type { Queryable } from "../../db/queryable.ts";
import { emitWebhook } from "../../webhooks/emit-webhook.ts";
import type { AlertRuleRow } from "./rule-queries.ts";

/** Records that a rule fires, and has it told. */
export async function startFiring(db: Queryable, rule: AlertRuleRow, value: number | null, message: string) {
  await db.insertInto("alert_events").values({ rule_id: rule.id, status: "firing", value, message }).execute();
  await tell(db, rule, "firing", value);
}

/**
 * Records that a rule fires no more, and has it told.
 * @param why in place of what was said when it began; undefined: it was seen not to hold any more
 */
export async function stopFiring(db: Queryable, rule: AlertRuleRow, value: number | null, why?: string) {
  await db
    .updateTable("alert_events")
    .where("rule_id", "=", rule.id)
    .where("resolved_at", "is", null)
    .set((eb) => ({ status: "resolved", resolved_at: eb.fn("now"), ...(why !== undefined && { message: why }) }))
    .execute();
  await tell(db, rule, "resolved", value);
}

async function tell(db: Queryable, rule: AlertRuleRow, action: "firing" | "resolved", value: number | null) {
  const { id, name, severity, project_id, notify_channels } = rule;
  // Webhooks are projects'.
  if (project_id === null || !notify_channels.includes("webhook")) return;
  await emitWebhook(db, project_id, "alert", { action, alert: { id, name, severity, value } });
}
