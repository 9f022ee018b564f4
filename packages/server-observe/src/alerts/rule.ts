import type { alerts } from "@platform-mcp/client";
import { named, time } from "@platform-mcp/server-kit";
import * as z from "zod";

/** What a platform says of a rule; the first one says nothing of states. */
export type Rule = alerts.AlertRule;

export const ruleOutput = {
  id: z.string(),
  name: z.string(),
  state: z.string(),
  since: z.string().nullable(),
  severity: z.string(),
  when: z.string(),
  for_seconds: z.int(),
  last_value: z.number().nullable(),
  project_id: z.string().nullable().optional(),
};

const signs: Readonly<Record<string, string>> = { gt: ">", lt: "<", eq: "=" };

/** A rule as a row, or as the beginning of its record. */
export function ruleRow(rule: Rule, isOfAll: boolean) {
  const sign = Object.hasOwn(signs, rule.condition) ? signs[rule.condition] : undefined;
  return {
    id: rule.id,
    name: named(rule.name),
    state: rule.enabled === false ? "disabled" : (rule.state ?? "unknown"),
    since: time(rule.state_since),
    severity: rule.severity,
    when: sign === undefined ? rule.condition : `${sign}${rule.threshold ?? "?"}`,
    for_seconds: rule.for_seconds,
    last_value: rule.last_value ?? null,
    ...(isOfAll && { project_id: rule.project_id }),
  };
}
