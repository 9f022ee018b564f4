import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { logOf, pointOf } from "../store/testing/records.ts";
import { openTelemetryScene, type TelemetryScene } from "../store/testing/telemetry-scene.ts";
import { parseAlertQuery } from "./query-language.ts";
import { valuesIn } from "./read-value.ts";

const shop = randomUUID();
const other = randomUUID();
/** On a whole second, so that what is measured in seconds is exact. */
const now = Math.floor(Date.now() / 1000) * 1000;

let scene: TelemetryScene;
beforeAll(async () => {
  scene = await openTelemetryScene();
  const at = (seconds: number, value: number, labels = {}, projectId: string | null = shop) =>
    pointOf({ name: "load", projectId, labels, time: now - seconds * 1000, value });
  const total = (seconds: number, value: number, pod: string) =>
    pointOf({
      ...{ name: "requests", projectId: shop, labels: { pod }, type: "counter" },
      time: now - seconds * 1000,
      value,
    });
  await scene.openWriter().write({
    logs: [logOf({ projectId: shop })],
    points: [
      ...[at(250, 50, { pod: "a" }), at(20, 4, { pod: "a" }), at(10, 8, { pod: "a" }), at(5, 2, { pod: "b" })],
      ...[at(400, 1000, { pod: "a" }), at(5, 70, {}, other), at(5, 1, {}, null)],
      ...[total(60, 100, "a"), total(0, 160, "a"), total(60, 10, "b"), total(0, 70, "b")],
    ],
  });
});
afterAll(() => scene[Symbol.asyncDispose]());

const valueFor = (query: string, projectId: string | null = shop) =>
  valuesIn(scene.store.db)({ projectId, query: parseAlertQuery(query), now });

test.each([
  ["metric:load", 16],
  ["metric:load agg:max window:10", 8],
  ["metric:load agg:min window:30", 2],
  ["metric:load agg:sum window:30", 14],
  ["metric:load agg:count window:30", 3],
  ['metric:load labels:{"pod":"b"}', 2],
  ["metric:load agg:max window:3600", 1000],
  ["metric:requests window:60", 2],
])("%s is %d of all series of the project together", async (query, value) => {
  expect(await valueFor(query)).toBeCloseTo(value, 6);
});

test.each([
  "metric:nothing",
  'metric:load labels:{"pod":"c"}',
  'metric:requests window:10 agg:count labels:{"pod":"c"}',
])("%s is of nothing", async (query) => {
  expect(await valueFor(query)).toBeNull();
});

test("a project's rule sees its own telemetry alone, the platform's that of all", async () => {
  expect(await valueFor("metric:load agg:max window:10", other)).toBe(70);
  expect(await valueFor("metric:load agg:max window:10", null)).toBe(70);
  expect(await valueFor("metric:load agg:count window:10", null)).toBe(4);
  expect(await valueFor("metric:load", randomUUID())).toBeNull();
});

test("what a metric does not have is said", async () => {
  await expect(valueFor("metric:load agg:rate")).rejects.toThrow("rate is of counters and histograms, not of gauges");
});
