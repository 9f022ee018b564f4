import * as z from "zod";
import { endpoint } from "./endpoint.ts";
import { pageOf } from "./lists.ts";
import { telemetryPage, telemetryRange } from "./observe-logs.ts";
import { queryInteger, timestamp, uuid } from "./values.ts";

export const spanStatus = z.enum(["ok", "error", "unset"]);
export type SpanStatus = z.output<typeof spanStatus>;

export const spanKind = z.enum(["internal", "server", "client", "producer", "consumer"]);
export type SpanKind = z.output<typeof spanKind>;

/** Something that took time, as a part of a trace. */
export const span = z.object({
  span_id: z.string(),
  parent_span_id: z.string().nullable(),
  name: z.string(),
  service: z.string(),
  kind: spanKind,
  status: spanStatus,
  duration_ms: z.number().nullable(),
  started_at: timestamp,
  finished_at: timestamp.nullable(),
  attributes: z.record(z.string(), z.unknown()).nullable(),
  events: z
    .array(z.object({ time: timestamp, name: z.string(), attributes: z.record(z.string(), z.unknown()).nullish() }))
    .nullable(),
  /** What went wrong, as the program that made the span says. */
  status_message: z.string().nullish(),
  project_id: uuid.nullish(),
  session_id: uuid.nullish(),
});
export type Span = z.output<typeof span>;

export const traceSummary = z.object({
  trace_id: z.string(),
  /** The name of the first span; of the one that has no parent, if that was sent. */
  root_span: z.string(),
  service: z.string(),
  /** `error` when any span says so. */
  status: spanStatus,
  /** From the start of the first span to the end of the last. */
  duration_ms: z.number().nullable(),
  started_at: timestamp,
  project_id: uuid.nullable(),
  session_id: uuid.nullish(),
  span_count: z.int().optional(),
  error_count: z.int().optional(),
});

export const listTraces = endpoint({
  method: "GET",
  path: "/api/observe/traces",
  summary: "List traces, newest first: of one project, or with observe:read everywhere of all",
  permission: "observe:read",
  scope: "named",
  query: telemetryRange.extend({
    project_id: uuid.optional(),
    session_id: uuid.optional(),
    /** Of the root span. */
    service: z.string().max(255).optional(),
    status: spanStatus.optional(),
    /** Only those that took at least so many milliseconds. */
    min_duration_ms: queryInteger(0, 86_400_000).optional(),
  }),
  response: pageOf(traceSummary).extend(telemetryPage),
});

export const getTrace = endpoint({
  method: "GET",
  path: "/api/observe/traces/{trace_id}",
  summary: "Get a trace with its spans by start, as far as the caller may see them",
  permission: "observe:read",
  scope: "each",
  response: traceSummary.extend({
    spans: z.array(span),
    /** True when it has more spans than are given. */
    truncated: z.boolean().optional(),
  }),
});
