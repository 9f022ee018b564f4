import * as z from "zod";
import {
  mostEvents,
  mostItems,
  type OtlpLog,
  type OtlpMetric,
  type OtlpPoint,
  type OtlpSpan,
  TooManyItems,
} from "../model.ts";
import { attributesOf, jsonValue } from "./any-value.ts";
import { boolean, hex, integer, list, long, number, text, time, wholeNumber } from "./fields.ts";

const logSchema = z.object({
  ...{ timeUnixNano: time, observedTimeUnixNano: time, severityNumber: integer, severityText: text },
  ...{ body: z.unknown().optional(), attributes: list, traceId: hex, spanId: hex, eventName: text },
});

/** A `LogRecord`. @throws ZodError */
export function jsonLog(value: unknown): OtlpLog {
  const { timeUnixNano, observedTimeUnixNano, body, attributes, ...log } = logSchema.parse(value);
  return {
    ...log,
    time: timeUnixNano,
    observedTime: observedTimeUnixNano,
    body: body === undefined ? undefined : jsonValue(body),
    attributes: attributesOf(attributes),
  };
}

const spanSchema = z.object({
  ...{ traceId: hex, spanId: hex, parentSpanId: hex, name: text, kind: integer, attributes: list, events: list },
  ...{ startTimeUnixNano: time, endTimeUnixNano: time, droppedEventsCount: integer },
  status: z.object({ code: integer, message: text }).nullish(),
});
const eventSchema = z.object({ timeUnixNano: time, name: text, attributes: list });

/** A `Span`, without its links. @throws ZodError */
export function jsonSpan(value: unknown): OtlpSpan {
  const { startTimeUnixNano, endTimeUnixNano, droppedEventsCount, attributes, events, status, ...span } =
    spanSchema.parse(value);
  return {
    ...span,
    start: startTimeUnixNano,
    end: endTimeUnixNano,
    attributes: attributesOf(attributes),
    events: events.slice(0, mostEvents).map((event) => {
      const parsed = eventSchema.parse(event);
      return { time: parsed.timeUnixNano, name: parsed.name, attributes: attributesOf(parsed.attributes) };
    }),
    droppedEvents: droppedEventsCount + Math.max(0, events.length - mostEvents),
    statusCode: status?.code ?? 0,
    statusMessage: status?.message ?? "",
  };
}

const data = z.object({ dataPoints: list, aggregationTemporality: integer, isMonotonic: boolean }).nullish();
const metricSchema = z.object({
  ...{ name: text, unit: text, gauge: data, sum: data, histogram: data, exponentialHistogram: data, summary: data },
});
const pointSchema = z.object({
  ...{ timeUnixNano: time, attributes: list, flags: integer, asDouble: number.nullish(), count: long },
  asInt: z.union([z.string().regex(/^-?\d{1,20}$/), wholeNumber]).nullish(),
  sum: number.nullish(),
  ...{ explicitBounds: z.array(number).nullish(), bucketCounts: z.array(long).nullish() },
});

/** A `Metric`. @throws ZodError */
export function jsonMetric(value: unknown): OtlpMetric {
  const { name, unit, gauge, sum, histogram, exponentialHistogram, summary } = metricSchema.parse(value);
  const kinds = { gauge, sum, histogram, "exponential histogram": exponentialHistogram, summary };
  for (const kind of ["gauge", "sum", "histogram", "exponential histogram", "summary"] as const) {
    const found = kinds[kind];
    if (!found) continue;
    if (found.dataPoints.length > mostItems) throw new TooManyItems();
    const { aggregationTemporality: temporality, isMonotonic } = found;
    return { name, unit, kind, temporality, isMonotonic, points: found.dataPoints.map(jsonPoint) };
  }
  return { name, unit, kind: undefined, temporality: 0, isMonotonic: false, points: [] };
}

function jsonPoint(value: unknown): OtlpPoint {
  const { timeUnixNano, attributes, flags, asDouble, asInt, sum, count, explicitBounds, bucketCounts } =
    pointSchema.parse(value);
  const given = asDouble ?? asInt ?? sum ?? undefined;
  return {
    ...{ time: timeUnixNano, flags, count, bounds: explicitBounds ?? [], buckets: bucketCounts ?? [] },
    value: given === undefined ? undefined : Number(given),
    attributes: attributesOf(attributes),
  };
}
