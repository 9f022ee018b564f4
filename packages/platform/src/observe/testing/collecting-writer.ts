import type { LogRecord, PointRecord, SpanRecord, Telemetry, TelemetryWriter } from "../records.ts";

/** Keeps all telemetry that it gets, in place of the database. */
export class CollectingWriter implements TelemetryWriter {
  readonly logs: LogRecord[] = [];
  readonly spans: SpanRecord[] = [];
  readonly points: PointRecord[] = [];

  async write(telemetry: Telemetry): Promise<void> {
    this.offer(telemetry);
  }

  offer({ logs = [], spans = [], points = [] }: Telemetry): void {
    this.logs.push(...logs);
    this.spans.push(...spans);
    this.points.push(...points);
  }
}
