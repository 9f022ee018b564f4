import * as z from "zod";
import { endpoint } from "./endpoint.ts";
import { page, pageOf } from "./lists.ts";
import { timestamp, traceId, uuid } from "./values.ts";

/** From the least to the most severe. */
export const logLevels = ["trace", "debug", "info", "warn", "error", "fatal"] as const;
export const logLevel = z.enum(logLevels);
export type LogLevel = z.output<typeof logLevel>;

export const logRecord = z.object({
  id: uuid,
  timestamp,
  trace_id: z.string().nullable(),
  span_id: z.string().nullable(),
  /** Null for what belongs to the platform as a whole. */
  project_id: uuid.nullable(),
  session_id: uuid.nullable(),
  service: z.string(),
  level: logLevel,
  message: z.string(),
  attributes: z.record(z.string(), z.unknown()).nullable(),
});
export type LogRecord = z.output<typeof logRecord>;

/** Where the next page of a list begins that is too long to be counted; it means nothing to anybody but the platform. */
export const cursor = z.string().max(200);

/** What a list of telemetry says beside its items. */
export const telemetryPage = {
  /** True when `total` was counted only so far, of a text among the newest logs: there are at least as many. */
  total_is_minimum: z.boolean().optional(),
  /** What `before` takes for the next page, at the same cost as the first; null on the last one. */
  next: cursor.nullable().optional(),
  /** The time that was searched. */
  from: timestamp.optional(),
  to: timestamp.optional(),
};

/** A time range and a place in it, of a list of telemetry. */
export const telemetryRange = page.extend({
  /** Inclusive. Without it an hour before `to`; of one trace or session, all that is kept. */
  from: timestamp.optional(),
  /** Inclusive. Now without it. */
  to: timestamp.optional(),
  /** Only what comes after the page that answered this as `next`; in place of `offset`. */
  before: cursor.optional(),
});

export const searchLogs = endpoint({
  method: "GET",
  path: "/api/observe/logs",
  summary: "Search logs, newest first: of one project, or with observe:read everywhere of all",
  permission: "observe:read",
  scope: "named",
  query: telemetryRange.extend({
    project_id: uuid.optional(),
    session_id: uuid.optional(),
    trace_id: traceId.optional(),
    /** Exactly this one. */
    level: logLevel.optional(),
    /** This one and what is more severe. */
    min_level: logLevel.optional(),
    service: z.string().max(255).optional(),
    /** Part of the message, in any case; nothing in it is a wildcard. */
    q: z.string().min(1).max(1000).optional(),
  }),
  response: pageOf(logRecord).extend(telemetryPage),
});

export const sessionTimeline = endpoint({
  method: "GET",
  path: "/api/observe/sessions/{session_id}/timeline",
  summary: "What a session's programs logged and did, oldest first: at most 1000 logs and 1000 spans",
  permission: "observe:read",
  scope: "each",
  response: z.array(
    z.object({
      timestamp,
      kind: z.enum(["log", "span"]),
      service: z.string(),
      /** Of a log the first 4000 characters. */
      message: z.string(),
      trace_id: z.string().nullable(),
      span_id: z.string().nullable(),
      level: logLevel.nullable(),
      /** Of a span. */
      duration_ms: z.number().nullish(),
      status: z.string().nullish(),
    }),
  ),
});
