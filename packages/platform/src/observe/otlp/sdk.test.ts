import { context, SeverityNumber, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { OTLPLogExporter } from "@opentelemetry/exporter-logs-otlp-http";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-proto";
import { OTLPTraceExporter as JsonTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as ProtobufTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { CompressionAlgorithm } from "@opentelemetry/otlp-exporter-base";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchLogRecordProcessor, LoggerProvider } from "@opentelemetry/sdk-logs";
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestPlatform, type TestPlatform } from "../../testing/test-platform.ts";

let platform: TestPlatform;
let projectId: string;
let token: string;
beforeAll(async () => {
  platform = await startTestPlatform();
  await platform.addUser("owner");
  projectId = await platform.addProject("owner", "shop");
  token = await platform.token({ user: "owner", project: projectId });
});
afterAll(() => platform.close());

const resource = resourceFromAttributes({ "service.name": "checkout", "service.version": "1.2.3" });
const settings = (signal: string, compression: CompressionAlgorithm) => ({
  url: `${platform.url}/v1/${signal}`,
  headers: { authorization: `Bearer ${token}` },
  compression,
});

test.each([
  ["JSON", JsonTraceExporter, CompressionAlgorithm.NONE],
  ["protobuf and gzip", ProtobufTraceExporter, CompressionAlgorithm.GZIP],
])("OpenTelemetry's own SDK sends traces, in %s", async (_, Exporter, compression) => {
  const exporter = new Exporter(settings("traces", compression));
  const provider = new TracerProvider({ resource, spanProcessors: [new BatchSpanProcessor({ exporter })] });
  const tracer = provider.getTracer("shop");
  const root = tracer.startSpan("POST /orders", {
    kind: SpanKind.SERVER,
    attributes: { "http.route": "/orders", n: 3 },
  });
  const inRoot = trace.setSpan(context.active(), root);
  const query = tracer.startSpan("INSERT orders", { kind: SpanKind.CLIENT }, inRoot);
  query.addEvent("retried", { attempt: 2 });
  query.recordException(new TypeError("no such column"));
  query.setStatus({ code: SpanStatusCode.ERROR, message: "it failed" });
  query.end();
  root.end();
  await provider.shutdown();
  const { traceId, spanId } = root.spanContext();
  const spans = await platform.db
    .selectFrom("telemetry_spans")
    .where("trace_id", "=", traceId)
    .orderBy("kind", "desc")
    .selectAll()
    .execute();
  expect(spans).toMatchObject([
    { name: "POST /orders", kind: "server", status: "unset", parent_span_id: null, project_id: projectId },
    { name: "INSERT orders", kind: "client", status: "error", status_message: "it failed", parent_span_id: spanId },
  ]);
  expect(spans[0]).toMatchObject({ service: "checkout", span_id: spanId, session_id: null });
  expect(spans[0]?.attributes).toMatchObject({ "http.route": "/orders", n: 3, "service.version": "1.2.3" });
  expect(spans[1]?.events).toMatchObject([
    { name: "retried", attributes: { attempt: 2 } },
    { name: "exception", attributes: { "exception.message": "no such column" } },
  ]);
  const traces = platform.db.selectFrom("telemetry_traces").where("trace_id", "=", traceId).selectAll();
  expect(await traces.execute()).toMatchObject([
    { root_span: "POST /orders", service: "checkout", status: "error", span_count: 2, error_count: 1 },
  ]);
});

test("OpenTelemetry's own SDK sends logs", async () => {
  const exporter = new OTLPLogExporter(settings("logs", CompressionAlgorithm.GZIP));
  const provider = new LoggerProvider({ resource, processors: [new BatchLogRecordProcessor({ exporter })] });
  const logger = provider.getLogger("shop");
  logger.emit({ severityNumber: SeverityNumber.ERROR2, body: "the payment failed", attributes: { order: "o-1" } });
  logger.emit({ severityText: "WARNING", body: { reason: "slow", ms: 12 } });
  await provider.shutdown();
  const logs = platform.db.selectFrom("telemetry_logs").where("project_id", "=", projectId).orderBy("id").selectAll();
  expect(await logs.execute()).toMatchObject([
    {
      level: 4,
      message: "the payment failed",
      service: "checkout",
      attributes: { order: "o-1", "otel.scope.name": "shop" },
    },
    { level: 3, message: '{"reason":"slow","ms":12}' },
  ]);
});

test("OpenTelemetry's own SDK sends metrics", async () => {
  const exporter = new OTLPMetricExporter(settings("metrics", CompressionAlgorithm.NONE));
  const provider = new MeterProvider({ resource, readers: [new PeriodicExportingMetricReader({ exporter })] });
  const meter = provider.getMeter("shop");
  meter.createCounter("orders", { unit: "{order}" }).add(3, { region: "eu" });
  meter.createUpDownCounter("queue").add(-2);
  meter.createHistogram("latency", { unit: "ms", advice: { explicitBucketBoundaries: [10, 100] } }).record(42);
  await provider.shutdown();
  const points = platform.db
    .selectFrom("telemetry_series as s")
    .innerJoin("telemetry_points as p", "p.series_id", "s.id")
    .where("project_id", "=", projectId)
    .where("name", "in", ["orders", "queue", "latency"])
    .orderBy("name")
    .select(["name", "metric_type", "unit", "labels", "is_delta", "bounds", "value", "count", "buckets"]);
  expect(await points.execute()).toEqual([
    {
      ...{ name: "latency", metric_type: "histogram", unit: "ms", labels: { service: "checkout" } },
      ...{ is_delta: false, bounds: [10, 100], value: 42, count: 1, buckets: [0, 1, 0] },
    },
    {
      ...{ name: "orders", metric_type: "counter", unit: "{order}", is_delta: false, bounds: null, value: 3 },
      ...{ labels: { service: "checkout", region: "eu" }, count: null, buckets: null },
    },
    {
      ...{ name: "queue", metric_type: "gauge", unit: null, is_delta: false, bounds: null, value: -2 },
      ...{ labels: { service: "checkout" }, count: null, buckets: null },
    },
  ]);
});
