import { randomBytes } from "node:crypto";

// As a library for OpenTelemetry does it: by the variables that the platform sets, and nothing that only it has.
const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SERVICE_NAME = "shop" } = process.env;
const headers = pairsOf(process.env.OTEL_EXPORTER_OTLP_HEADERS);
const resource = {
  attributes: attributesOf({ ...pairsOf(process.env.OTEL_RESOURCE_ATTRIBUTES), "service.name": OTEL_SERVICE_NAME }),
};
const started = now();
const spans = [];
const logs = [];
const counters = new Map();

/** Does something as a span, which fails when it does, and whose id what it does gets. */
export function inSpan({ name, kind, trace, parent }, work) {
  const span = { traceId: trace, spanId: randomBytes(8).toString("hex"), parentSpanId: parent ?? "", name, kind };
  const startTimeUnixNano = now();
  try {
    return work(span.spanId);
  } catch (error) {
    span.status = { code: 2, message: String(error) };
    const attributes = attributesOf({ "exception.message": String(error), "exception.stacktrace": error.stack });
    span.events = [{ timeUnixNano: now(), name: "exception", attributes }];
    throw error;
  } finally {
    spans.push({ ...span, startTimeUnixNano, endTimeUnixNano: now() });
  }
}

export function logError(message, { trace, span }) {
  const record = { severityNumber: 17, severityText: "ERROR", body: { stringValue: message }, timeUnixNano: now() };
  logs.push({ ...record, traceId: trace, spanId: span });
}

/** Adds to a counter, or with 0 only says that there is one. */
export function count(name, by = 1) {
  counters.set(name, (counters.get(name) ?? 0) + by);
}

export async function flush() {
  const scopeMetrics = [{ metrics: [...counters].map(([name, value]) => counterOf(name, value)) }];
  await Promise.all([
    send("metrics", { resourceMetrics: [{ resource, scopeMetrics }] }),
    send("traces", { resourceSpans: [{ resource, scopeSpans: [{ spans: spans.splice(0) }] }] }),
    send("logs", { resourceLogs: [{ resource, scopeLogs: [{ logRecords: logs.splice(0) }] }] }),
  ]);
}

async function send(signal, body) {
  const response = await fetch(`${endpoint}/v1/${signal}`, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) process.stdout.write(`${signal} were not taken: ${response.status} ${await response.text()}\n`);
}

function counterOf(name, value) {
  const point = { startTimeUnixNano: started, timeUnixNano: now(), asInt: String(value) };
  return { name, sum: { isMonotonic: true, aggregationTemporality: 2, dataPoints: [point] } };
}

function now() {
  return `${Date.now()}000000`;
}

function pairsOf(text = "") {
  const pairs = text.split(",").filter(Boolean);
  return Object.fromEntries(
    pairs.map((pair) => pair.split("=", 2)).map(([name, value]) => [name, decodeURIComponent(value)]),
  );
}

function attributesOf(values) {
  return Object.entries(values).map(([key, stringValue]) => ({ key, value: { stringValue } }));
}
