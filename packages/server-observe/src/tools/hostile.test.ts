import { hostileText, realTokens } from "@platform-mcp/server-kit/testing";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { idOf, logAt, paged, ruleWith, sendJson, standInPlatform } from "../testing/stand-in-platform.ts";

const text = hostileText({ minLength: 1, maxLength: 200 });

/** What stands outside of fences, line by line. */
function outside(shown: string): readonly string[] {
  return shown.replaceAll(/^<untrusted (\w+)>\n(?:[\s\S]*?\n)?<\/untrusted \1>$/gm, "").split("\n");
}

const own = [
  /^time: "?2026-\S+ to 2026-\S+$/,
  /^(in_all|id|name|state|since|severity|when|for_seconds|last_value|query|channels|type|unit|values|error): ./,
  /^(last_evaluated_at|created_at): 2026-/,
  /^Too long to be shown whole: [a-z_, ]+\.$/,
  /^logs 1-\d+ of 2, newest first:$/,
  /^(Log \d was cut; more of it: search_logs with |There are more: the same call with |The rest is left out )/,
  /^(traces|metrics|alerts|events) 1-\d of \d: [a-z_ ]+$/,
  /^series 1-\d of \d$/,
  /^0{32} .* (ok|error|unset) .* 2026-\S+$/,
  /^\S+ .*firing 2026-\S+ critical >0\.5 60 2\.5$/,
  /^("(\\.|[^"\\])*"|\S+) gauge \S.* 2026-\S+$/,
  /^2026-\S+ firing 2 /,
  /^(Next: |The rule could not be evaluated)/,
  /^(Item 1|The description) is longer than an answer may be and was cut\./,
  /^$/,
];

test("whatever programs and users wrote, only the platform's words begin a line outside of fences", async () => {
  let written = "";
  const answer = (make: () => object) => (response: Parameters<ReturnType<typeof sendJson>>[0]) =>
    sendJson(200, make())(response);
  const log = () => logAt(1, { message: written, service: written, attributes: { [written]: written, same: written } });
  const trace = () => ({
    ...{ trace_id: "0".repeat(32), root_span: written, service: written, status: "error", duration_ms: 5 },
    ...{ started_at: "2026-11-23T07:00:00Z", project_id: null, session_id: null, span_count: 1, error_count: 1 },
  });
  const series = () => ({
    ...{ name: written, labels: { [written]: written }, metric_type: "gauge", unit: written },
    last_at: "2026-11-23T07:00:00Z",
  });
  const rule = () => ruleWith({ name: written, query: `metric:${written}`, description: written, error: null });
  const event = () => ({
    ...{ id: idOf(2), rule_id: idOf(1), status: "firing", value: 2, message: written },
    ...{ created_at: "2026-11-23T07:00:00Z", resolved_at: null },
  });
  await using platform = await standInPlatform({
    options: { resultTokens: 4000 },
    routes: {
      "GET /api/observe/logs": answer(() => paged([log(), { ...log(), message: "other" }])),
      "GET /api/observe/traces": answer(() => paged([trace()])),
      "GET /api/observe/metrics": answer(() => [
        { timestamp: "2026-11-23T07:00:00Z", value: 1, labels: { [written]: written } },
      ]),
      "GET /api/observe/metrics/names": answer(() => [series()]),
      "GET /api/observe/alerts": answer(() => ({ items: [rule()], total: 1 })),
      [`GET /api/observe/alerts/${idOf(1)}`]: answer(rule),
      [`GET /api/observe/alerts/${idOf(1)}/events`]: answer(() => ({ items: [event()], total: 1 })),
    },
  });
  await fc.assert(
    fc.asyncProperty(text, async (hostile) => {
      written = hostile;
      for (const [tool, args] of [
        ...[
          ["search_logs"],
          ["list_traces"],
          ["list_metric_names"],
          ["list_alerts"],
          ["query_metrics", { name: hostile, from: "2026-11-23T06:30:00Z", to: "2026-11-23T07:30:00Z" }],
        ],
        ...[
          ["list_metric_names", { name: hostile }],
          ["get_alert", { alert_id: idOf(1) }],
        ],
      ] as const) {
        const { text: shown, isError } = await platform.call(String(tool), Object(args));
        expect(isError, shown).toBe(false);
        expect(realTokens(shown)).toBeLessThanOrEqual(4000);
        for (const line of outside(shown))
          expect(
            own.some((words) => words.test(line)),
            `${tool}: ${line}`,
          ).toBe(true);
      }
    }),
    { numRuns: 25, endOnFailure: true, examples: [["\n"]] },
  );
});
