import type { logs, metrics, traces } from "@platform-mcp/client/contract";

/** Whose telemetry something is; null for what belongs to no project or session. */
export interface Owner {
  readonly projectId: string | null;
  readonly sessionId: string | null;
}

/** Times are milliseconds since 1970, with fractions down to microseconds. */
type Milliseconds = number;

export interface LogRecord extends Owner {
  readonly time: Milliseconds;
  readonly level: logs.LogLevel;
  readonly service: string;
  readonly message: string;
  /** 32 hexadecimal digits, in lower case. */
  readonly traceId: string | null;
  /** 16 hexadecimal digits, in lower case. */
  readonly spanId: string | null;
  readonly attributes: Readonly<Record<string, unknown>> | null;
}

export interface SpanRecord extends Owner {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly name: string;
  readonly service: string;
  readonly kind: traces.SpanKind;
  readonly status: traces.SpanStatus;
  readonly statusMessage: string | null;
  readonly start: Milliseconds;
  readonly end: Milliseconds | null;
  readonly attributes: Readonly<Record<string, unknown>> | null;
  readonly events: readonly SpanEventRecord[] | null;
}

export interface SpanEventRecord {
  readonly time: Milliseconds;
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>> | null;
}

export interface PointRecord extends Owner {
  readonly name: string;
  readonly labels: Readonly<Record<string, unknown>>;
  readonly type: metrics.MetricType;
  readonly unit: string | null;
  /** Whether it holds what was added since the point before, rather than since the start. */
  readonly isDelta: boolean;
  readonly time: Milliseconds;
  /** Of a histogram the sum of its observations. */
  readonly value: number;
  readonly histogram: HistogramRecord | null;
}

export interface HistogramRecord {
  readonly count: number;
  /** The upper bounds of the buckets but the last, which has none; empty when it has no buckets. */
  readonly bounds: readonly number[];
  /** One more than there are bounds; empty when it has no buckets. */
  readonly buckets: readonly number[];
}

/** Telemetry on its way into the database. */
export interface Telemetry {
  readonly logs?: readonly LogRecord[];
  readonly spans?: readonly SpanRecord[];
  readonly points?: readonly PointRecord[];
}

/** Takes telemetry into the database. */
export interface TelemetryWriter {
  /** Resolves when all of it is committed. @throws BufferFull when too much is on its way already; none of it is taken then */
  write(telemetry: Telemetry): Promise<void>;
  /** Takes what may be lost: it is dropped when too much is on its way, or the database cannot take it. */
  offer(telemetry: Telemetry): void;
}
