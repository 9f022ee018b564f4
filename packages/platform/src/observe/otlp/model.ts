import { Problem } from "../../problem.ts";

/** What programs send by OTLP, as both encodings are read. Times are milliseconds since 1970, 0 where none was given. */

/** Attributes within their bounds, with how many were left out or shortened for that. */
export interface Attributes {
  readonly values: Readonly<Record<string, unknown>>;
  readonly cut: number;
  /** Characters of their names and texts, about. */
  readonly length: number;
}

/** Something that was measured or said, with the resource and scope that it is of. */
export interface Sent<Item> {
  readonly resource: Attributes;
  /** The library that made it; empty when it does not say. */
  readonly scope: string;
  readonly item: Item;
}

export interface OtlpLog {
  readonly time: number;
  readonly observedTime: number;
  readonly severityNumber: number;
  readonly severityText: string;
  /** As JSON holds it; undefined when there is none. */
  readonly body: unknown;
  readonly attributes: Attributes;
  /** Hexadecimal digits, if any. */
  readonly traceId: string;
  readonly spanId: string;
  readonly eventName: string;
}

export interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: number;
  readonly start: number;
  readonly end: number;
  readonly attributes: Attributes;
  readonly events: readonly OtlpEvent[];
  readonly droppedEvents: number;
  readonly statusCode: number;
  readonly statusMessage: string;
}

export interface OtlpEvent {
  readonly time: number;
  readonly name: string;
  readonly attributes: Attributes;
}

export interface OtlpMetric {
  readonly name: string;
  readonly unit: string;
  /** Undefined when it says nothing. */
  readonly kind: "gauge" | "sum" | "histogram" | "exponential histogram" | "summary" | undefined;
  readonly isMonotonic: boolean;
  /** 1 delta, 2 cumulative. */
  readonly temporality: number;
  readonly points: readonly OtlpPoint[];
}

export interface OtlpPoint {
  readonly time: number;
  readonly attributes: Attributes;
  readonly flags: number;
  /** Of a histogram the sum of its observations; undefined when it was not sent. */
  readonly value: number | undefined;
  readonly count: number;
  readonly bounds: readonly number[];
  readonly buckets: readonly number[];
}

/** Logs, spans or points of one request; events of one span, beyond which they are counted. */
export const mostItems = 50_000;
export const mostEvents = 128;

export class TooManyItems extends Problem {
  constructor() {
    super(413, `more than ${mostItems} records in one request: send them in several`);
  }
}
