import type { alerts, logs, traces } from "@platform-mcp/client";
import { idOf, project, type StandInOptions, standInPlatform as standIn } from "@platform-mcp/server-kit/testing";
import { tools } from "../tools.ts";

export { idOf, project, sendJson, sendPage } from "@platform-mcp/server-kit/testing";

/** The tools of this server on a platform that answers as a test wants it. */
export const standInPlatform = (options: Omit<StandInOptions, "tools">) => standIn({ tools, ...options });

/** The query of a request. */
export function asked(request: string | undefined): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(request?.split("?")[1]));
}

export const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";

const began = Date.UTC(2026, 10, 23, 7, 15, 41);

/** A time so many milliseconds after the trace of the tests began, to the microsecond. */
export function after(ms: number): string {
  const whole = Math.floor(ms);
  const beyond = Math.round((ms - whole) * 1000);
  return new Date(began + whole).toISOString().replace("Z", `${String(beyond).padStart(3, "0")}Z`);
}

/** A span as the platform shows it, of a number, from and to so many milliseconds, with what a test cares about. */
export function spanOf(
  number: number,
  [from, to]: readonly [number, number],
  fields: Partial<traces.Span> = {},
): traces.Span {
  return {
    span_id: spanId(number),
    parent_span_id: null,
    name: `span ${number}`,
    service: "web",
    kind: "internal",
    status: "unset",
    duration_ms: to - from,
    started_at: after(from),
    finished_at: after(to),
    attributes: null,
    events: null,
    status_message: null,
    project_id: project,
    session_id: null,
    ...fields,
  };
}

/** Ids that differ from their first digit on. */
export function spanId(number: number): string {
  return String(number).padStart(4, "0").split("").reverse().join("").padEnd(16, "a");
}

/** A trace as the platform shows it. */
export function traceOf(spans: readonly traces.Span[], fields: object = {}): object {
  const [first] = spans;
  return {
    trace_id: traceId,
    root_span: first?.name ?? "gone",
    service: first?.service ?? "web",
    status: spans.some(({ status }) => status === "error") ? "error" : "unset",
    duration_ms: first?.duration_ms ?? null,
    started_at: after(0),
    project_id: project,
    session_id: null,
    span_count: spans.length,
    error_count: spans.filter(({ status }) => status === "error").length,
    spans,
    truncated: false,
    ...fields,
  };
}

/** A log as the platform shows it, so many milliseconds after the trace of the tests began. */
export function logAt(ms: number, fields: Partial<logs.LogRecord> = {}): logs.LogRecord {
  return {
    id: idOf(ms),
    timestamp: after(ms),
    trace_id: null,
    span_id: null,
    project_id: project,
    session_id: null,
    service: "web",
    level: "info",
    message: `message ${ms}`,
    attributes: null,
    ...fields,
  };
}

/** A page as the platform answers it, of the hour before the trace of the tests ended. */
export function paged(items: readonly object[], fields: object = {}): object {
  const range = { from: "2026-11-23T06:16:00.5Z", to: "2026-11-23T07:16:00.5Z" };
  return { items, total: items.length, total_is_minimum: false, next: null, ...range, ...fields };
}

/** A rule as the platform shows it, with what a test cares about. */
export function ruleWith(fields: Partial<alerts.AlertRule> = {}): alerts.AlertRule {
  return {
    id: idOf(1),
    name: "checkout fails",
    description: null,
    query: 'metric:http.errors labels:{"route":"/checkout"} agg:rate',
    condition: "gt",
    threshold: 0.5,
    for_seconds: 60,
    severity: "critical",
    notify_channels: ["webhook"],
    project_id: project,
    enabled: true,
    created_at: "2026-11-20T10:00:00Z",
    state: "firing",
    state_since: after(0),
    last_value: 2.5,
    last_evaluated_at: after(1000),
    error: null,
    ...fields,
  };
}

/** A rule as the first platform shows it, which keeps no state. */
export function asOlder({
  state: _,
  state_since,
  last_value,
  last_evaluated_at,
  error,
  ...rule
}: alerts.AlertRule): object {
  return rule;
}
