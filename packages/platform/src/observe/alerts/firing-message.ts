import type { AlertRuleRow } from "./rule-queries.ts";

const comparison = { gt: "above", lt: "below", eq: "equal to" };

/** Why a rule fires. */
export function firingMessage(
  { condition, threshold, for_seconds }: Pick<AlertRuleRow, "condition" | "threshold" | "for_seconds">,
  value: number | null,
): string {
  const since = `for ${for_seconds} seconds or longer`;
  if (condition === "absent") return `there has been no data ${since}`;
  return `the value has been ${comparison[condition]} ${threshold} ${since}: it is ${value}`;
}
