import { alerts } from "@platform-mcp/client/contract";
import { changeOf } from "../../audit/change.ts";
import { implement } from "../../http/implement.ts";
import type { Route } from "../../http/route.ts";
import { requireRule, requireWhere } from "./require-rule.ts";
import { auditedRule, listEvents, listRules, ruleView } from "./rule-queries.ts";
import { createRule, deleteRule, updateRule } from "./write-rule.ts";

/** Alert rules, and when they fired. */
export const alertRoutes: readonly Route[] = [
  implement(alerts.listAlerts, async ({ db, query }) => listRules(db, query)),

  implement(alerts.createAlert, async ({ db, caller, body, audit }) => {
    // What a rule tells is what telemetry says.
    await requireWhere(db, caller, "observe:read", body.project_id ?? null);
    const created = await createRule(db, caller.user.id, body);
    audit.record({ resource: "alert_rule", id: created.id, project: created.project_id, after: auditedRule(created) });
    return ruleView(created);
  }),

  implement(alerts.getAlert, async ({ db, caller, params }) =>
    ruleView(await requireRule(db, caller, params.alert_id, "observe:read")),
  ),

  implement(alerts.updateAlert, async ({ db, caller, params, body, audit }) => {
    const { id, project_id: project } = await requireRule(db, caller, params.alert_id, "alert:manage");
    const { before, after } = await updateRule(db, id, body);
    audit.record({ resource: "alert_rule", id, project, ...changeOf(auditedRule(before), auditedRule(after)) });
    return ruleView(after);
  }),

  implement(alerts.deleteAlert, async ({ db, caller, params, audit }) => {
    const { id, project_id: project } = await requireRule(db, caller, params.alert_id, "alert:manage");
    const deleted = await deleteRule(db, id);
    audit.record({ resource: "alert_rule", id, project, before: auditedRule(deleted) });
    return { ok: true } as const;
  }),

  implement(alerts.listAlertEvents, async ({ db, caller, params, query }) => {
    const { id } = await requireRule(db, caller, params.alert_id, "observe:read");
    return await listEvents(db, id, query);
  }),
];
