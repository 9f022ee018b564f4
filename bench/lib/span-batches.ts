import { randomBytes } from "node:crypto";
import { encodeMessage } from "@platform-mcp/platform/testing/otlp-messages";

/** Spans of one request, and of one of its traces. */
export const spansAtOnce = 500;
const spansOfTrace = 10;

const traceIdBytes = 16;

/** Makes requests with spans as an instrumented web service sends them, in protobuf: each of new traces. */
export function spanBatches(): () => Uint8Array {
  const traces = Array.from({ length: spansAtOnce / spansOfTrace }, () => randomBytes(traceIdBytes));
  const template = encodeMessage("TraceRequest", requestOf(traces.map((id) => id.toString("hex"))));
  const places = traces.map((id) => occurrencesOf(template, id));
  return () => {
    const request = Buffer.from(template);
    for (const offsets of places) {
      const id = randomBytes(traceIdBytes);
      for (const offset of offsets) id.copy(request, offset);
    }
    return request;
  };
}

function requestOf(traceIds: readonly string[]): object {
  const now = BigInt(Date.now()) * 1_000_000n;
  const attributes = (values: Readonly<Record<string, string>>) =>
    Object.entries(values).map(([key, stringValue]) => ({ key, value: { stringValue } }));
  const spans = traceIds.flatMap((traceId) => {
    const root = randomBytes(8).toString("hex");
    return Array.from({ length: spansOfTrace }, (_, index) => ({
      ...{ traceId, spanId: index === 0 ? root : randomBytes(8).toString("hex"), kind: index === 0 ? 2 : 3 },
      ...(index > 0 && { parentSpanId: root }),
      ...{ name: index === 0 ? "GET /orders/{id}" : "SELECT orders", startTimeUnixNano: String(now) },
      ...{ endTimeUnixNano: String(now + 5_000_000n), status: { code: 1 } },
      attributes: attributes({ "http.route": "/orders/{id}", "db.system": "postgresql", "server.address": "10.0.0.7" }),
    }));
  });
  const resource = { attributes: attributes({ "service.name": "orders", "service.version": "1.2.3" }) };
  return { resourceSpans: [{ resource, scopeSpans: [{ scope: { name: "http" }, spans }] }] };
}

function occurrencesOf(bytes: Buffer, part: Buffer): readonly number[] {
  const found: number[] = [];
  for (let at = bytes.indexOf(part); at !== -1; at = bytes.indexOf(part, at + 1)) found.push(at);
  return found;
}
