import { randomBytes } from "node:crypto";
import type { LogRecord, PointRecord, SpanRecord } from "../../records.ts";

const nobody = { projectId: null, sessionId: null };

/** A log of this instant, unless something else is said. */
export function logOf(log: Partial<LogRecord>): LogRecord {
  return {
    ...{ ...nobody, time: Date.now(), level: "info", service: "web", message: "hello" },
    ...{ traceId: null, spanId: null, attributes: null, ...log },
  };
}

/** A span of this instant that took a second, alone in its trace, unless something else is said. */
export function spanOf(span: Partial<SpanRecord>): SpanRecord {
  const start = span.start ?? Date.now();
  return {
    ...{ ...nobody, traceId: randomBytes(16).toString("hex"), spanId: randomBytes(8).toString("hex") },
    ...{ parentSpanId: null, name: "GET /", service: "web", kind: "server", status: "unset", statusMessage: null },
    ...{ start, end: start + 1000, attributes: null, events: null, ...span },
  };
}

/** A gauge's point of this instant, unless something else is said. */
export function pointOf(point: Partial<PointRecord>): PointRecord {
  return {
    ...{ ...nobody, name: "load", labels: {}, type: "gauge", unit: null, isDelta: false },
    ...{ time: Date.now(), value: 1, histogram: null, ...point },
  };
}
