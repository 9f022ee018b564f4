import { alerts } from "@platform-mcp/client";
import { defineAnyProjectTool, limit, list, note, offset } from "@platform-mcp/server-kit";
import * as z from "zod";
import { listRules } from "../alerts/list-rules.ts";
import { ruleOutput, ruleRow } from "../alerts/rule.ts";
import { stateless } from "../alerts/states-of-older.ts";

export const listAlerts = defineAnyProjectTool({
  name: "list_alerts",
  title: "List alerts",
  description: "List alert rules with their state, those that fire first.",
  risk: "read",
  input: { status: alerts.alertState.optional(), limit, offset },
  output: { alerts: z.array(z.object(ruleOutput)), total_alerts: z.int() },
  lists: ["alert rule"],
  uses: [alerts.listAlerts, alerts.listAlertEvents],
  async run({ api, project }, { status, ...page }) {
    const { items, hasStates, ...counts } = await listRules(api, { project_id: project, status }, page);
    return [
      list({
        of: "alerts",
        items: items.map((rule) => ruleRow(rule, project === undefined)),
        offset: page.offset,
        ...counts,
        next: (next) => `list_alerts with offset=${next}${status === undefined ? "" : ` and status=${status}`}`,
        empty: status === undefined ? "Nobody has made a rule." : "Without status it lists every rule.",
      }),
      ...(hasStates ? [] : [note(stateless)]),
    ];
  },
});
