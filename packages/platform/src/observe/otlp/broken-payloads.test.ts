import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestPlatform, type TestPlatform } from "../../testing/test-platform.ts";
import { attributesOf, logsRequest, sendJson, spansRequest } from "./testing/otlp-client.ts";
import { decodeMessage, encodeMessage } from "./testing/otlp-messages.ts";

let platform: TestPlatform;
let token: string;
beforeAll(async () => {
  platform = await startTestPlatform();
  token = await platform.token({ user: "admin" });
});
afterAll(() => platform.close());

const protobuf = "application/x-protobuf";
const json = "application/json";

async function send(body: Buffer | string, headers: Readonly<Record<string, string>>, path = "/v1/traces") {
  const response = await platform.request(path, token, { method: "POST", body, headers });
  const bytes = new Uint8Array(await response.arrayBuffer());
  const isProtobuf = response.headers.get("content-type") === protobuf;
  const answer = isProtobuf ? decodeMessage("ErrorStatus", bytes) : JSON.parse(Buffer.from(bytes).toString());
  return { status: response.status, isProtobuf, message: String(answer.message), code: answer.code };
}

const whole = encodeMessage("TraceRequest", spansRequest(3));
const text = JSON.stringify(spansRequest(3));
/** A field of spans with a length that goes on for ever. */
const endlessLength = Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
/** A resource that says to be longer than all there is. */
const tooLongInside = Buffer.from([0x0a, 0x04, 0x0a, 0x7f, 0x00, 0x00]);
/** A span whose last attribute runs over the end of the span, though not of the body. */
const overlapping = Buffer.from([0x0a, 0x0a, 0x12, 0x08, 0x12, 0x02, 0x4a, 0x04, 0x0a, 0x02, 0x61, 0x62]);
const withSpan = (change: object) => {
  const request = spansRequest(1);
  Object.assign(request.resourceSpans[0]?.scopeSpans[0]?.spans[0] ?? {}, change);
  return JSON.stringify(request);
};
const bomb = gzipSync(Buffer.alloc(17 * 1024 ** 2));

describe("a broken payload is refused, in the encoding that was sent", () => {
  test.each<[string, number, Buffer | string, Readonly<Record<string, string>>]>([
    ["protobuf that was cut off", 400, whole.subarray(0, whole.length - 5), { "content-type": protobuf }],
    ["protobuf with a length that never ends", 400, endlessLength, { "content-type": protobuf }],
    ["protobuf with a message longer than the body", 400, tooLongInside, { "content-type": protobuf }],
    ["protobuf with a message that runs over its end", 400, overlapping, { "content-type": protobuf }],
    ["JSON that says to be protobuf", 400, text, { "content-type": protobuf }],
    ["protobuf that says to be JSON", 400, whole, { "content-type": json }],
    ["JSON that was cut off", 400, text.slice(0, -4), { "content-type": json }],
    ["JSON that is no request", 400, '"traces"', { "content-type": json }],
    ["JSON nested deeper than anybody reads", 400, `{"resourceSpans":${"[".repeat(200_000)}`, { "content-type": json }],
    [
      "JSON with text in the place of a list",
      400,
      '{"resourceSpans":[{"scopeSpans":"none"}]}',
      { "content-type": json },
    ],
    ["JSON with a time that is none", 400, withSpan({ startTimeUnixNano: "yesterday" }), { "content-type": json }],
    ["JSON with an id in Base64", 400, withSpan({ traceId: "W47/95gDgQPSabYzgT/GDA==" }), { "content-type": json }],
    ["JSON with a name for an enum", 400, withSpan({ kind: "SPAN_KIND_SERVER" }), { "content-type": json }],
    ["gzip that is none", 400, whole, { "content-type": protobuf, "content-encoding": "gzip" }],
    [
      "gzip that was cut off",
      400,
      gzipSync(whole).subarray(0, 60),
      { "content-type": protobuf, "content-encoding": "gzip" },
    ],
    ["gzip that becomes too much", 413, bomb, { "content-type": protobuf, "content-encoding": "gzip" }],
    ["a body that is too large", 413, Buffer.alloc(4 * 1024 ** 2 + 1), { "content-type": protobuf }],
    ["another compression", 415, whole, { "content-type": protobuf, "content-encoding": "zstd" }],
  ])("%s", async (_, status, body, headers) => {
    const answer = await send(body, headers);
    expect(answer).toMatchObject({ status, code: 3, isProtobuf: headers["content-type"] === protobuf });
    expect(answer.message).not.toBe("");
  });

  test("and one without a type that is read is refused in JSON", async () => {
    expect(await send("a=b", { "content-type": "application/x-www-form-urlencoded" })).toMatchObject({ status: 415 });
    expect((await send(whole, {})).message).toBe("the content type must be application/x-protobuf or application/json");
  });

  test("as is too much of anything, whatever its size", async () => {
    const many = 60_000;
    const lengthOf = (bytes: Buffer) => [
      ...[0x80 | (bytes.length & 0x7f), 0x80 | ((bytes.length >> 7) & 0x7f), bytes.length >> 14],
    ];
    const inField = (field: number, bytes: Buffer) =>
      Buffer.concat([Buffer.from([field * 8 + 2, ...lengthOf(bytes)]), bytes]);
    const empty = (field: number) => Buffer.from(Array.from({ length: many }, () => [field * 8 + 2, 0]).flat());
    for (const body of [empty(1), inField(1, empty(2)), inField(1, inField(2, empty(2)))]) {
      expect(await send(body, { "content-type": protobuf })).toMatchObject({ status: 413, isProtobuf: true });
    }
    const things = Array.from({ length: many }, () => ({}));
    for (const resourceSpans of [things, [{ scopeSpans: things }], [{ scopeSpans: [{ spans: things }] }]]) {
      const body = JSON.stringify({ resourceSpans });
      expect(await send(body, { "content-type": json })).toMatchObject({ status: 413, isProtobuf: false });
    }
  });
});

test("who has no good credential is told before anything is read", async () => {
  const response = await fetch(`${platform.url}/v1/logs`, {
    method: "POST",
    body: whole,
    headers: { "content-type": protobuf },
  });
  expect([response.status, response.headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
  expect(decodeMessage("ErrorStatus", new Uint8Array(await response.arrayBuffer()))).toMatchObject({ code: 16 });
});

test("records that cannot be stored are counted and said, in either encoding, and the others are stored", async () => {
  const request = spansRequest(3, "partly");
  const [good, noTrace, noSpan] = request.resourceSpans[0]?.scopeSpans[0]?.spans ?? [];
  Object.assign(noTrace ?? {}, { traceId: "0".repeat(32) });
  Object.assign(noSpan ?? {}, { spanId: "" });
  const message = "a span has no valid trace id; a span has no valid span id";
  expect((await sendJson(platform, "traces", token, request)).body).toEqual({
    partialSuccess: { rejectedSpans: "2", errorMessage: message },
  });
  const init = { method: "POST", body: encodeMessage("TraceRequest", request), headers: { "content-type": protobuf } };
  const response = await platform.request("/v1/traces", token, init);
  expect(decodeMessage("Answer", new Uint8Array(await response.arrayBuffer()))).toEqual({
    partialSuccess: { rejected: 2, errorMessage: message },
  });
  const spans = platform.db.selectFrom("telemetry_spans").where("service", "=", "partly").select("span_id");
  expect(await spans.execute()).toEqual([{ span_id: good?.spanId }, { span_id: good?.spanId }]);
});

test("metrics of kinds that are not stored, and points that make no sense, are refused one by one", async () => {
  const timeUnixNano = String(BigInt(Date.now()) * 1_000_000n);
  const metrics = [
    { name: "good", gauge: { dataPoints: [{ timeUnixNano, asInt: "5" }] } },
    { name: "old", summary: { dataPoints: [{ timeUnixNano }, { timeUnixNano }] } },
    { name: "fine", exponentialHistogram: { dataPoints: [{ timeUnixNano }] } },
    { name: "odd", gauge: { dataPoints: [{ timeUnixNano, asDouble: "NaN" }, { timeUnixNano }] } },
    {
      name: "torn",
      histogram: { dataPoints: [{ timeUnixNano, count: "1", bucketCounts: ["1"], explicitBounds: [1, 2] }] },
    },
    { name: "", gauge: { dataPoints: [{ timeUnixNano, asInt: 1 }] } },
    {
      name: "wordy",
      gauge: { dataPoints: [{ timeUnixNano, asInt: 1, attributes: attributesOf({ of: "x".repeat(5000) }) }] },
    },
    { name: "nothing", gauge: { dataPoints: [{ timeUnixNano, flags: 1 }] } },
  ];
  const resource = { attributes: attributesOf({ "service.name": "measured" }) };
  const { status, body } = await sendJson(platform, "metrics", token, {
    resourceMetrics: [{ resource, scopeMetrics: [{ metrics }] }],
  });
  expect([status, body.partialSuccess.rejectedDataPoints]).toEqual([200, "8"]);
  expect(body.partialSuccess.errorMessage).toBe(
    "old is a summary, which is not stored: send a histogram; " +
      "fine is an exponential histogram, which is not stored: send one with explicit bounds; " +
      "a point of odd is not a number; and 4 other reasons",
  );
});

test.each([
  [{ severityNumber: 9 }, 2],
  [{ severityNumber: 24 }, 5],
  [{ severityNumber: 99 }, 2],
  [{ severityText: "WARNING" }, 3],
  [{ severityText: "crit", severityNumber: 17 }, 5],
  [{ severityText: "ERROR3" }, 4],
  [{ severityText: "whatever", severityNumber: 5 }, 1],
  [{}, 2],
])("a log of severity %o is stored, as level %i", async (severity, level) => {
  const service = JSON.stringify(severity);
  const request = logsRequest(["hello"], { service });
  Object.assign(request.resourceLogs[0]?.scopeLogs[0]?.logRecords[0] ?? {}, severity);
  expect((await sendJson(platform, "logs", token, request)).status).toBe(200);
  const logs = platform.db.selectFrom("telemetry_logs").where("service", "=", service).select("level");
  expect(await logs.execute()).toEqual([{ level }]);
});
