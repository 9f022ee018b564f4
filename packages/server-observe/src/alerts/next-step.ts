import { quoteName, time } from "@platform-mcp/server-kit";
import type { Rule } from "./rule.ts";

/** Where to look, by the state of a rule; undefined when nothing is wrong. */
export function nextStep(rule: Rule): string | undefined {
  if (rule.enabled === false) return "The rule is disabled: it is not evaluated.";
  if (rule.error) return "The rule could not be evaluated: somebody must correct its query.";
  const name = metricOf(rule.query);
  const metric = name === undefined ? "" : `query_metrics with name=${quoteName(name)}`;
  switch (rule.state) {
    case "firing":
    case "pending": {
      const from = before(rule);
      const calls = [
        metric === "" ? "" : `${metric}${from}`,
        `search_logs with min_level=error${from}`,
        `list_traces with status=error${from}`,
      ];
      return `Next: ${calls.filter((call) => call !== "").join("; ")}.`;
    }
    case "no_data":
      return `Its metric has no points: look whether what sends it runs${metric === "" ? "" : `, and ${metric} and from=-1d`}.`;
    default:
      return undefined;
  }
}

/** When what it tells of may have begun: its condition holds for a while before it fires. */
function before({ state_since, for_seconds }: Rule): string {
  const since = Date.parse(state_since ?? "");
  if (Number.isNaN(since)) return "";
  return ` and from=${time(new Date(since - (for_seconds || 0) * 1000 - 60_000).toISOString())}`;
}

/** The name of the metric that a rule looks at, unless it is longer than advice should be: the query shows it. */
function metricOf(query: string): string | undefined {
  return /(?:^|\s)metric:(\S{1,80})(?:\s|$)/.exec(query)?.[1];
}
