import fc from "fast-check";

const text = fc.string({ unit: "grapheme", maxLength: 12 });
const hex = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((array) => Buffer.from(array).toString("hex"));
const nanoseconds = fc.bigInt({ min: 0n, max: 2n ** 63n }).map(String);
const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
const number = fc.double({ noNaN: true, noDefaultInfinity: true });

const { anyValue } = fc.letrec((tie) => ({
  anyValue: fc.oneof(
    { depthSize: "small" },
    fc.record({ stringValue: text }),
    fc.record({ boolValue: fc.boolean() }),
    fc.record({ intValue: long }),
    fc.record({ doubleValue: number }),
    fc.record({ bytesValue: fc.uint8Array({ maxLength: 5 }).map((bytes) => Buffer.from(bytes).toString("base64")) }),
    fc.record({ arrayValue: fc.record({ values: fc.array(tie("anyValue"), { maxLength: 3 }) }) }),
    fc.record({
      kvlistValue: fc.record({
        values: fc.array(fc.record({ key: text, value: tie("anyValue") }), { maxLength: 3 }),
      }),
    }),
  ),
}));

const attributes = fc.array(fc.record({ key: text, value: anyValue }), { maxLength: 4 });
const scope = fc.record({ name: text, version: text });

/** Requests in OTLP's JSON, one item deep in each list or several. */
function requests(names: readonly [resources: string, scopes: string, items: string], item: fc.Arbitrary<unknown>) {
  const [resources, scopes, items] = names;
  const ofScope = fc.record({ scope, [items]: fc.array(item, { maxLength: 3 }) });
  const ofResource = fc.record({
    resource: fc.record({ attributes }),
    [scopes]: fc.array(ofScope, { maxLength: 2 }),
  });
  return fc.record({ [resources]: fc.array(ofResource, { maxLength: 2 }) });
}

export const logRequests = requests(
  ["resourceLogs", "scopeLogs", "logRecords"],
  fc.record({
    ...{ timeUnixNano: nanoseconds, observedTimeUnixNano: nanoseconds, severityNumber: fc.nat(24) },
    ...{ severityText: text, body: anyValue, attributes, traceId: hex(16), spanId: hex(8), eventName: text },
  }),
);

export const traceRequests = requests(
  ["resourceSpans", "scopeSpans", "spans"],
  fc.record({
    ...{ traceId: hex(16), spanId: hex(8), parentSpanId: hex(8), name: text, kind: fc.nat(6), attributes },
    ...{ startTimeUnixNano: nanoseconds, endTimeUnixNano: nanoseconds, droppedEventsCount: fc.nat(5) },
    events: fc.array(fc.record({ timeUnixNano: nanoseconds, name: text, attributes }), { maxLength: 2 }),
    status: fc.record({ code: fc.nat(3), message: text }),
  }),
);

const numberPoint = fc.oneof(
  fc.record({ timeUnixNano: nanoseconds, attributes, flags: fc.nat(1), asDouble: number }),
  fc.record({ timeUnixNano: nanoseconds, attributes, flags: fc.nat(1), asInt: long }),
);
const histogramPoint = fc.record({
  ...{ timeUnixNano: nanoseconds, attributes, flags: fc.nat(1), count: nanoseconds, sum: number },
  ...{ bucketCounts: fc.array(nanoseconds, { maxLength: 4 }), explicitBounds: fc.array(number, { maxLength: 3 }) },
});
const dataOf = (point: fc.Arbitrary<unknown>, more = {}) =>
  fc.record({
    ...more,
    ...{ dataPoints: fc.array(point, { maxLength: 3 }), aggregationTemporality: fc.nat(2) },
  });

export const metricRequests = requests(
  ["resourceMetrics", "scopeMetrics", "metrics"],
  fc.oneof(
    fc.record({ name: text, unit: text, gauge: fc.record({ dataPoints: fc.array(numberPoint, { maxLength: 3 }) }) }),
    fc.record({ name: text, unit: text, sum: dataOf(numberPoint, { isMonotonic: fc.boolean() }) }),
    fc.record({ name: text, unit: text, histogram: dataOf(histogramPoint) }),
  ),
);
