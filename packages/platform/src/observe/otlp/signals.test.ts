import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { signals } from "./signals.ts";
import { attributesOf, logsRequest } from "./testing/otlp-client.ts";

const logs = signals.find(({ path }) => path === "/v1/logs");

test("others are answered while a request of many records is read", async () => {
  const resource = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`name ${index}`, "value"]));
  const request = logsRequest(
    Array.from({ length: 2_000 }, () => "x"),
    { resource },
  );
  let isRead = false;
  const reading = logs?.receive("JSON", Buffer.from(JSON.stringify(request))).finally(() => {
    isRead = true;
  });
  await delay(0);
  expect(isRead).toBe(false);
  expect(await reading).toMatchObject({ count: 2_000 });
});

test("a record may leave out what it may, and has what its resource has, however that is called", async () => {
  const attributes = [...attributesOf({ ["__proto__"]: "odd", route: "/" }), { key: "empty" }];
  const resourceLogs = [
    {
      resource: { attributes: attributesOf({ "service.name": "web", "platform.project_id": "p", host: "a" }) },
      scopeLogs: [{ logRecords: [{ attributes }, { attributes: attributesOf({ "platform.project_id": "q" }) }] }],
    },
  ];
  const received = await logs?.receive("JSON", Buffer.from(JSON.stringify({ resourceLogs })));
  expect(received?.claims.map(({ projectId }) => projectId)).toEqual(["p", "q"]);
  const { telemetry } = received?.settle(() => ({ projectId: null, sessionId: null })) ?? {};
  expect(telemetry?.logs?.map((log) => Object.entries(log.attributes ?? {}))).toEqual([
    [
      ["host", "a"],
      ["__proto__", "odd"],
      ["route", "/"],
      ["empty", null],
    ],
    [["host", "a"]],
  ]);
});

test("whole numbers may be numbers in JSON, too, however large", async () => {
  const time = 1_795_422_168_580_000_000;
  const attributes = [{ key: "big", value: { intValue: 2 ** 60 } }];
  const request = { resourceLogs: [{ scopeLogs: [{ logRecords: [{ timeUnixNano: time, attributes }] }] }] };
  const received = await logs?.receive("JSON", Buffer.from(JSON.stringify(request)));
  const { telemetry } = received?.settle(() => ({ projectId: null, sessionId: null })) ?? {};
  expect(telemetry?.logs).toMatchObject([{ time: time / 1e6, attributes: { big: 2 ** 60 } }]);
});

test("the events of a span have a bound together, and what was cut is counted", async () => {
  const event = { name: "retry", attributes: attributesOf({ why: "x".repeat(10_000) }) };
  const span = { traceId: "1".repeat(32), spanId: "2".repeat(16), events: Array.from({ length: 10 }, () => event) };
  const request = { resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] };
  const traces = signals.find(({ path }) => path === "/v1/traces");
  const received = await traces?.receive("JSON", Buffer.from(JSON.stringify(request)));
  const { telemetry } = received?.settle(() => ({ projectId: null, sessionId: null })) ?? {};
  expect(telemetry?.spans).toMatchObject([{ attributes: { "platform.dropped_events": 4 } }]);
  expect(telemetry?.spans?.[0]?.events).toHaveLength(6);
});
