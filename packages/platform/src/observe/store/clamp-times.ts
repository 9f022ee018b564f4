import type { LogRecord, PointRecord, SpanRecord, Telemetry } from "../records.ts";
import { dayLength } from "./partitions.ts";
import type { Retention } from "./retention.ts";

/** Where a time is noted that is too old or too far in the future to be stored as it is. */
const originalTime = "platform.original_time";

/**
 * The same telemetry with every time between what is kept and a day from now: clocks are wrong by years at times, and
 * each day has a table of its own.
 *
 * @param now milliseconds since 1970
 */
export function clampTimes({ logs = [], spans = [], points = [] }: Telemetry, retention: Retention, now: number) {
  const clampTo = (days: number) => (time: number) => {
    return Math.min(Math.max(time, now - days * dayLength), now + dayLength);
  };
  return {
    logs: logs.map((log) => clampLog(log, clampTo(retention.logs))),
    spans: spans.map((span) => clampSpan(span, clampTo(retention.traces))),
    points: points.map((point) => clampPoint(point, clampTo(retention.metrics))),
  };
}

type Clamp = (time: number) => number;

function clampLog(log: LogRecord, clamp: Clamp): LogRecord {
  const time = clamp(log.time);
  return time === log.time ? log : { ...log, time, attributes: { ...log.attributes, [originalTime]: text(log.time) } };
}

/** A span keeps its duration, as far as that fits. */
function clampSpan(span: SpanRecord, clamp: Clamp): SpanRecord {
  const start = clamp(span.start);
  const end = span.end === null ? null : Math.max(start, clamp(span.end + start - span.start));
  const events = span.events?.map((event) => ({ ...event, time: clamp(event.time) })) ?? null;
  if (start === span.start) return { ...span, end, events };
  return { ...span, start, end, events, attributes: { ...span.attributes, [originalTime]: text(span.start) } };
}

function clampPoint(point: PointRecord, clamp: Clamp): PointRecord {
  const time = clamp(point.time);
  return time === point.time ? point : { ...point, time };
}

function text(time: number): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? `${time} ms` : date.toISOString();
}
