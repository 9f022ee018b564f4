import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BrokenPayload } from "./broken-payload.ts";
import { decodeJson } from "./json/decode-json.ts";
import { jsonLog, jsonMetric, jsonSpan } from "./json/item-schemas.ts";
import { decodeProtobuf } from "./protobuf/decode-protobuf.ts";
import { readLog } from "./protobuf/read-log.ts";
import { readMetric } from "./protobuf/read-metric.ts";
import { readSpan } from "./protobuf/read-span.ts";
import { logRequests, metricRequests, traceRequests } from "./testing/arbitrary-requests.ts";
import { encodeMessage, type Message } from "./testing/otlp-messages.ts";

interface Readers {
  readonly message: Message;
  readonly requests: fc.Arbitrary<object>;
  readonly protobuf: (body: Buffer) => readonly unknown[];
  readonly json: (body: Buffer) => readonly unknown[];
}

const readers: Readonly<Record<"logs" | "traces" | "metrics", Readers>> = {
  logs: {
    ...{ message: "LogsRequest", requests: logRequests },
    protobuf: (body: Buffer) => [...decodeProtobuf<unknown>(body, readLog)],
    json: (body: Buffer) => {
      const names = { resources: "resourceLogs", scopes: "scopeLogs", items: "logRecords" };
      return [...decodeJson<unknown>(body, names, jsonLog)];
    },
  },
  traces: {
    ...{ message: "TraceRequest", requests: traceRequests },
    protobuf: (body: Buffer) => [...decodeProtobuf<unknown>(body, readSpan)],
    json: (body: Buffer) => {
      const names = { resources: "resourceSpans", scopes: "scopeSpans", items: "spans" };
      return [...decodeJson<unknown>(body, names, jsonSpan)];
    },
  },
  metrics: {
    ...{ message: "MetricsRequest", requests: metricRequests },
    protobuf: (body: Buffer) => [...decodeProtobuf<unknown>(body, readMetric)],
    json: (body: Buffer) => {
      const names = { resources: "resourceMetrics", scopes: "scopeMetrics", items: "metrics" };
      return [...decodeJson<unknown>(body, names, jsonMetric)];
    },
  },
};

describe.each(["logs", "traces", "metrics"] as const)("%s", (signal) => {
  const { message, requests, protobuf, json } = readers[signal];

  test("say the same in protobuf, as its own library writes it, and in JSON", () => {
    fc.assert(
      fc.property(requests, (request) => {
        expect(protobuf(encodeMessage(message, request))).toEqual(json(Buffer.from(JSON.stringify(request))));
      }),
      { numRuns: 60 },
    );
  });

  test("that were cut off or altered are read or refused, never anything else", () => {
    const change = fc.record({ at: fc.nat(), to: fc.nat(255), cut: fc.boolean() });
    fc.assert(
      fc.property(requests, change, (request, { at, to, cut }) => {
        for (const [read, body] of [
          [protobuf, encodeMessage(message, request)],
          [json, Buffer.from(JSON.stringify(request))],
        ] as const) {
          if (body.length > 0) body[at % body.length] = to;
          expectReadOrRefused(() => read(cut ? body.subarray(0, at % (body.length + 1)) : body));
        }
      }),
      { numRuns: 100 },
    );
  });

  test("of anything at all are read or refused", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.json(), (bytes, text) => {
        expectReadOrRefused(() => protobuf(Buffer.from(bytes)));
        expectReadOrRefused(() => json(Buffer.from(text)));
      }),
      { numRuns: 100 },
    );
  });
});

function expectReadOrRefused(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(BrokenPayload);
  }
}

const nested = (depth: number): object =>
  depth === 0 ? { stringValue: "inside" } : { arrayValue: { values: [nested(depth - 1)] } };
const logsWith = (attributes: readonly object[]) => ({
  resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: { stringValue: "x" }, attributes }] }] }],
});
const attributesOf = (request: object) =>
  [
    readers.logs.protobuf(encodeMessage("LogsRequest", request)),
    readers.logs.json(Buffer.from(JSON.stringify(request))),
  ].map(([log]) => Object(log).item.attributes);

test("attributes have a bound in number, length and depth, and what was cut is counted", () => {
  const many = Array.from({ length: 200 }, (_, index) => ({ key: `key${index}`, value: { intValue: index } }));
  for (const { values, cut } of attributesOf(logsWith(many)))
    expect([Object.keys(values).length, cut]).toEqual([128, 72]);
  const long = Array.from({ length: 3 }, (_, index) => ({
    key: `key${index}`,
    value: { stringValue: "x".repeat(30_000) },
  }));
  for (const { values, cut } of attributesOf(logsWith(long))) {
    expect(values.key0).toBe(`${"x".repeat(16_384)}… (30000 characters)`);
    expect(cut).toBe(3);
  }
  for (const { values } of attributesOf(logsWith([{ key: "deep", value: nested(40) }]))) {
    expect(JSON.stringify(values)).toBe('{"deep":[[[[[[[[[]]]]]]]]]}');
  }
  const list = { arrayValue: { values: Array.from({ length: 5000 }, () => ({ intValue: 1 })) } };
  for (const { values } of attributesOf(logsWith([{ key: "list", value: list }])))
    expect(values.list).toHaveLength(1000);
});

test("whole numbers that JSON cannot hold stay exact, and other numbers say what they are", () => {
  const values = [{ intValue: "9007199254740993" }, { intValue: "-5" }, { doubleValue: "NaN" }, { doubleValue: 0.5 }];
  const request = logsWith(values.map((value, index) => ({ key: `k${index}`, value })));
  expect(attributesOf(request).map((set) => set.values)).toEqual([
    { k0: "9007199254740993", k1: -5, k2: "NaN", k3: 0.5 },
    { k0: "9007199254740993", k1: -5, k2: "NaN", k3: 0.5 },
  ]);
});
