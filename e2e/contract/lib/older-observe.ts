import type { ServerResponse } from "node:http";
import { sendJson } from "./stand-in.ts";

export const olderProject = "6f1f64a4-5d0e-4f0b-9a3e-0d2c8c8a7b11";
export const olderTrace = "4bf92f3577b34da6a3ce929d0e0e4736";
export const othersTrace = "0af7651916cd43dd8448eb211c80319c";
const id = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
export const ruleIds = { quiet: id(1), loud: id(2) };

const time = (second: number) => new Date(Date.UTC(2026, 1, 23, 7, 0, second)).toISOString();
const levels = ["info", "warn", "error", "fatal"];

/** 130 logs: every fourth one of each level. */
const logs = Array.from({ length: 130 }, (_, at) => ({
  id: id(1000 + at),
  timestamp: time(at),
  trace_id: at % 10 === 0 ? olderTrace : null,
  span_id: null,
  project_id: olderProject,
  session_id: null,
  service: at % 2 === 0 ? "web" : "db",
  level: levels[at % 4],
  message: `log ${at} is 50 percent`,
  attributes: null,
}));

const trace = {
  trace_id: olderTrace,
  root_span: "GET /",
  service: "web",
  status: "error",
  duration_ms: 1200,
  started_at: time(0),
};
const span = (number: number, fields: object) => ({
  span_id: `${number}`.padEnd(16, "0"),
  parent_span_id: null,
  name: "GET /",
  service: "web",
  kind: "server",
  status: "unset",
  duration_ms: 1200,
  started_at: time(0),
  finished_at: time(1),
  attributes: null,
  events: null,
  ...fields,
});
const spans = [
  span(1, { finished_at: null, status: "error" }),
  span(2, { parent_span_id: span(1, {}).span_id, name: "SELECT", status: "error", duration_ms: 900 }),
];

const series = [
  { name: "http.requests", labels: { route: "/" }, metric_type: "counter", unit: null },
  { name: "http.requests", labels: { route: "/pay" }, metric_type: "counter", unit: null },
  { name: "memory", labels: null, metric_type: "gauge", unit: "By" },
];
/** A counter that is set back once, as it came. */
const points = [10, 40, 70, 5, 35].map((value, at) => ({ timestamp: time(at * 30), value }));

const rule = (rule_id: string, name: string) => ({
  id: rule_id,
  name,
  description: null,
  query: "metric:memory agg:max",
  condition: "gt",
  threshold: 100,
  for_seconds: 60,
  severity: "warning",
  notify_channels: [],
  project_id: olderProject,
  enabled: true,
  created_at: time(0),
});
const event = { id: id(9), rule_id: ruleIds.loud, status: "firing", value: 120, message: "Alert condition met" };

type Answer = (response: ServerResponse, query: URLSearchParams) => void;
const json =
  (value: unknown): Answer =>
  (response) =>
    sendJson(response, 200, value);

/** A page of what passes the filters that it knows: exact values alone. What it does not know it ignores. */
function page(items: readonly Readonly<Record<string, unknown>>[], query: URLSearchParams, known: readonly string[]) {
  const text = query.get("q")?.replaceAll(/[%_]/g, "") ?? "";
  const passing = items.filter(
    (item) =>
      known.every((name) => [null, item[name]].includes(query.get(name))) &&
      String(item.message ?? "").includes(text) &&
      String(item.timestamp ?? "~") >= (query.get("from") ?? ""),
  );
  const limit = Math.min(Number(query.get("limit") ?? 50), 100);
  const offset = Number(query.get("offset") ?? 0);
  return { items: passing.slice(offset, offset + limit), total: passing.length };
}

const answers: Readonly<Record<string, Answer>> = {
  "GET /api/auth/me": json({ id: id(90), name: "ada" }),
  "GET /api/observe/logs": (response, query) =>
    sendJson(response, 200, page(logs.toReversed(), query, ["level", "service", "trace_id", "session_id"])),
  "GET /api/observe/traces": json({ items: [{ ...trace, project_id: olderProject }], total: 1 }),
  // Whose it is, only the list says.
  [`GET /api/observe/traces/${olderTrace}`]: json({ ...trace, spans }),
  [`GET /api/observe/traces/${othersTrace}`]: json({ ...trace, trace_id: othersTrace, spans }),
  "GET /api/observe/metrics": (response, query) => {
    const labels = query.get("labels") ?? "{}";
    if (!labels.startsWith("{")) return sendJson(response, 400, { error: "invalid labels JSON" });
    sendJson(response, 200, query.get("name") === "nothing" ? [] : points);
  },
  "GET /api/observe/metrics/names": json(series),
  "GET /api/observe/alerts": json({ items: [rule(ruleIds.quiet, "quiet"), rule(ruleIds.loud, "loud")], total: 2 }),
  [`GET /api/observe/alerts/${ruleIds.loud}`]: json(rule(ruleIds.loud, "loud")),
  [`GET /api/observe/alerts/${ruleIds.loud}/events`]: json({
    items: [{ ...event, created_at: time(60), resolved_at: null }],
    total: 1,
  }),
  [`GET /api/observe/alerts/${ruleIds.quiet}/events`]: json({
    items: [{ ...event, rule_id: ruleIds.quiet, created_at: time(60), resolved_at: time(90) }],
    total: 1,
  }),
};

/** Answers as the first platform does; where it has no endpoint, with its page for browsers. */
export function answerAsOlder(response: ServerResponse, method: string, url: string): void {
  const { pathname, searchParams } = new URL(url, "http://platform");
  const found = answers[`${method} ${pathname}`];
  if (found !== undefined) found(response, searchParams);
  else response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>Platform</title>");
}
