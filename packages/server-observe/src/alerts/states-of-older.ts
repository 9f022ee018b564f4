import { alerts } from "@platform-mcp/client";
import type { Api } from "@platform-mcp/server-kit";
import type { Rule } from "./rule.ts";

/** Said where states are what follows from events. */
export const stateless =
  "This platform keeps no state of rules: firing is told by their events; whether others are pending or have no data is not known.";

/** Questions that are asked at the same time. */
const atOnce = 8;

/** Rules with whether they fire, for a platform that says so in their events alone. */
export async function withStates(api: Api, rules: readonly Rule[]): Promise<readonly Rule[]> {
  const known: Rule[] = [];
  for (let at = 0; at < rules.length; at += atOnce) {
    known.push(...(await Promise.all(rules.slice(at, at + atOnce).map((rule) => withState(api, rule)))));
  }
  return known;
}

async function withState(api: Api, rule: Rule): Promise<Rule> {
  if (rule.state !== undefined) return rule;
  const { items } = await api.call(alerts.listAlertEvents, { alert_id: rule.id, limit: 1 });
  const [latest] = items;
  if (latest?.status === "firing" && latest.resolved_at === null) {
    return { ...rule, state: "firing", state_since: latest.created_at, last_value: latest.value };
  }
  return rule;
}
