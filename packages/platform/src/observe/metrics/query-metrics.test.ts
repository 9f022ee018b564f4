import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PointRecord } from "../records.ts";
import { pointOf } from "../store/testing/records.ts";
import { type ObservedPlatform, startObservedPlatform } from "../testing/observed-platform.ts";

let platform: ObservedPlatform;
beforeAll(async () => {
  platform = await startObservedPlatform();
});
afterAll(() => platform.close());

/** The beginning of a minute, half an hour ago: what is told in seconds counts from it. */
const start = Math.floor(Date.now() / 60_000) * 60_000 - 30 * 60_000;
const at = (seconds: number) => new Date(start + seconds * 1000).toISOString().replace(".000Z", "Z");
let count = 0;

type Query = Readonly<Record<string, string | number>>;

/** Points by their seconds, in a project of their own, and what becomes of them. */
async function measured(points: readonly (Partial<PointRecord> & { readonly at: number })[]) {
  const name = `metric-${++count}`;
  const projectId = await platform.addProject("admin", name);
  await platform.write({
    points: points.map(({ at: seconds, ...point }) =>
      pointOf({ projectId, name, time: start + seconds * 1000, ...point }),
    ),
  });
  const ask = (query: Query = {}) =>
    platform.ask("metrics", { name, project_id: projectId, from: at(0), to: at(600), ...query });
  /** Seconds and value of each step. */
  const steps = async (query: Query) => {
    const { status, body } = await ask({ step: 60, ...query });
    if (status !== 200) return body;
    return body.map(({ timestamp, value }: { timestamp: string; value: number }) => [
      (Date.parse(timestamp) - start) / 1000,
      Number(value.toPrecision(9)),
    ]);
  };
  return { projectId, name, ask, steps };
}

describe("as they came", () => {
  test("points have their series' labels, oldest first, and are paged", async () => {
    const { projectId, ask } = await measured([
      { at: 20, value: 3, labels: { route: "/b" } },
      { at: 0, value: 1, labels: { route: "/a" } },
      { at: 10, value: 2, labels: { route: "/a" } },
      { at: 601, value: 9 },
    ]);
    const { body } = await ask();
    expect(body).toEqual([
      { timestamp: at(0), value: 1, labels: { route: "/a" }, project_id: projectId },
      { timestamp: at(10), value: 2, labels: { route: "/a" }, project_id: projectId },
      { timestamp: at(20), value: 3, labels: { route: "/b" }, project_id: projectId },
    ]);
    expect((await ask({ limit: 1, offset: 1 })).body).toEqual([body[1]]);
    expect((await ask({ limit: 0 })).body).toEqual([]);
  });

  test("labels choose series, whether their values are texts or numbers", async () => {
    const { ask } = await measured([
      { at: 0, value: 1, labels: { route: "/", status: 500 } },
      { at: 1, value: 2, labels: { route: "/", status: "200", ok: true } },
    ]);
    const values = async (labels: unknown) =>
      (await ask({ labels: JSON.stringify(labels) })).body.map(({ value }: { value: number }) => value);
    expect(await values({ route: "/" })).toEqual([1, 2]);
    expect(await values({ status: "500" })).toEqual([1]);
    expect(await values({ status: 200, ok: true })).toEqual([2]);
    expect(await values({ status: 200, other: "" })).toEqual([]);
    expect(await values({})).toEqual([1, 2]);
  });

  test("labels that are no JSON object of plain values are refused", async () => {
    const { ask } = await measured([]);
    for (const labels of ["", "route=/", "[]", '{"a":{}}', "null", '{"a":null}']) {
      const { status, body } = await ask({ labels });
      expect([status, body.fields[0].path], labels).toEqual([400, "labels"]);
    }
  });
});

describe("a gauge in steps", () => {
  const values = [1, 2, 3, 10];

  test("has what is asked for", async () => {
    const points = values.map((value, index) => ({ at: 60 + index * 15, value }));
    const { steps } = await measured([...points, { at: 185, value: 7 }]);
    const expected = [
      ["avg", 4],
      ["sum", 16],
      ["min", 1],
      ["max", 10],
      ["count", 4],
      ["p50", 2.5],
      // Between the third and the fourth of four, at 0.85 and 0.97 of the way.
      ["p95", 8.95],
      ["p99", 9.79],
    ] as const;
    for (const [agg, value] of expected) {
      expect(await steps({ agg }), agg).toEqual([
        [60, value],
        [180, agg === "count" ? 1 : 7],
      ]);
    }
  });

  test("has its average if nothing is said, and no rate", async () => {
    const { steps, ask } = await measured(values.map((value, index) => ({ at: index, value })));
    expect(await steps({})).toEqual([[0, 4]]);
    const { status, body } = await ask({ step: 60, agg: "rate" });
    expect([status, body.fields[0].path]).toEqual([400, "agg"]);
    expect((await ask({ agg: "max" })).status).toBe(400);
  });

  test("has a value for each series, and whole steps at the beginning", async () => {
    const { ask } = await measured([
      { at: 5, value: 1, labels: { of: "a" } },
      { at: 50, value: 3, labels: { of: "a" } },
      { at: 55, value: 7, labels: { of: "b" } },
    ]);
    const { body } = await ask({ step: 60, from: at(30) });
    const found = body.map(({ value, labels, timestamp }: typeof body) => [timestamp, labels.of, value]);
    expect(found.sort()).toEqual([
      [at(0), "a", 2],
      [at(0), "b", 7],
    ]);
    expect((await ask({ step: 60, from: at(30), limit: 1, offset: 1 })).body).toEqual([body[1]]);
  });
});

describe("a counter in steps", () => {
  const counter = { type: "counter" } as const;

  test("that counts on has what it grows by, from the point before, and over what it is set back to", async () => {
    const { steps } = await measured([
      { ...counter, at: -30, value: 100 },
      // By 30 in 60 seconds, by 60 in 60, then anew from nothing to 20 and 50.
      { ...counter, at: 30, value: 130 },
      { ...counter, at: 90, value: 190 },
      { ...counter, at: 150, value: 20 },
      { ...counter, at: 170, value: 50 },
    ]);
    expect(await steps({ agg: "sum" })).toEqual([
      [0, 30],
      [60, 60],
      [120, 50],
    ]);
    const rates = [
      [0, 0.5],
      [60, 1],
      [120, 0.625],
    ];
    expect(await steps({ agg: "rate" })).toEqual(rates);
    expect(await steps({})).toEqual(rates);
    expect(await steps({ agg: "max" })).toEqual([
      [0, 130],
      [60, 190],
      [120, 50],
    ]);
  });

  test("of which no point before is known has not grown by its first", async () => {
    const { steps } = await measured([
      { ...counter, at: 0, value: 1000 },
      { ...counter, at: 60, value: 1006 },
      { ...counter, at: 60, value: 1006 },
    ]);
    expect(await steps({ agg: "sum" })).toEqual([[60, 6]]);
    expect(await steps({ agg: "rate" })).toEqual([[60, 0.1]]);
  });

  test("that tells what was added has that, in the seconds since the point before", async () => {
    const delta = { ...counter, isDelta: true };
    const { steps } = await measured([
      { ...delta, at: 0, value: 12 },
      { ...delta, at: 70, value: 30 },
      { ...delta, at: 80, value: 30 },
      // Twice the same: sent again.
      { ...delta, at: 80, value: 30 },
      { ...delta, at: 310, value: 6 },
    ]);
    expect(await steps({ agg: "sum" })).toEqual([
      [0, 12],
      [60, 60],
      [300, 6],
    ]);
    expect(await steps({ agg: "rate" })).toEqual([
      [0, 0.2],
      // In 60 of the 70 seconds since the point before, and 10.
      [60, Number((60 / 70).toPrecision(9))],
      [300, 0.1],
    ]);
  });

  test("is not counted as growing in a step that is not over as if it were", async () => {
    const { steps } = await measured([-60, 0, 60, 120].map((seconds) => ({ ...counter, at: seconds, value: seconds })));
    expect(await steps({ to: at(121) })).toEqual([
      [0, 1],
      [60, 1],
      [120, 1],
    ]);
  });
});

describe("a histogram in steps", () => {
  const bounds = [10, 20, 50];
  const histogram = (buckets: number[], sum: number) => ({
    type: "histogram" as const,
    value: sum,
    histogram: { count: buckets.reduce((all, one) => all + one, 0), bounds, buckets },
  });

  /** By hand: 10 up to 10, 20 up to 20, 10 up to 50, none beyond; they come to 700. */
  const expected = [
    ["count", 40],
    ["sum", 700],
    ["avg", 17.5],
    // The 20th of 40 is the 10th of 20 in the second bucket; the 38th the 8th of 10 in the third; then the 39.6th.
    ["p50", 15],
    ["p95", 44],
    ["p99", 48.8],
  ] as const;

  test("that counts on has what was observed since the point before", async () => {
    const { steps } = await measured([
      { at: -10, ...histogram([5, 5, 5, 5], 900) },
      { at: 20, ...histogram([10, 15, 10, 5], 1200) },
      { at: 50, ...histogram([15, 25, 15, 5], 1600) },
      { at: 110, ...histogram([15, 25, 15, 5], 1600) },
      // Anew, from nothing.
      { at: 170, ...histogram([10, 20, 10, 0], 700) },
    ]);
    for (const [agg, value] of expected) {
      const nothing = agg === "count" || agg === "sum" ? [[60, 0]] : [];
      expect(await steps({ agg }), agg).toEqual([[0, value], ...nothing, [120, value]]);
    }
  });

  test("that tells what was added has that", async () => {
    const { steps } = await measured([
      { at: 20, isDelta: true, ...histogram([5, 10, 5, 0], 300) },
      { at: 50, isDelta: true, ...histogram([5, 10, 5, 0], 400) },
    ]);
    for (const [agg, value] of expected) expect(await steps({ agg }), agg).toEqual([[0, value]]);
  });

  test("has the rate of its observations, and no least and greatest", async () => {
    const { steps, ask } = await measured([
      { at: 0, ...histogram([0, 0, 0, 0], 0) },
      { at: 60, ...histogram([0, 0, 0, 30], 3000) },
    ]);
    expect(await steps({ agg: "rate" })).toEqual([[60, 0.5]]);
    // Beyond the last bound nothing is known.
    expect(await steps({ agg: "p50" })).toEqual([[60, 50]]);
    for (const agg of ["min", "max"]) expect((await ask({ step: 60, agg })).status).toBe(400);
  });

  test("without buckets has no percentiles, but all else", async () => {
    const plain = (at: number, total: number, sum: number) => ({
      ...{ at, type: "histogram" as const, value: sum, histogram: { count: total, bounds: [], buckets: [] } },
    });
    const { steps } = await measured([plain(0, 0, 0), plain(60, 4, 10)]);
    expect(await steps({ agg: "p95" })).toEqual([]);
    expect(await steps({ agg: "avg" })).toEqual([[60, 2.5]]);
  });
});

test("names list each series, of one project or by its name", async () => {
  const { projectId, name } = await measured([
    { at: 0, labels: { of: "a" }, unit: "ms" },
    { at: 5, labels: { of: "a" }, unit: "ms" },
    { at: 0, labels: { of: "b" } },
    { at: 0, name: "another", type: "counter", value: 2 },
  ]);
  const names = async (query: Query = {}) =>
    (await platform.ask("metrics/names", { project_id: projectId, ...query })).body;
  const entry = { metric_type: "gauge", unit: null, labels: {}, last_at: at(0), project_id: projectId };
  expect(await names()).toEqual([
    { ...entry, name: "another", metric_type: "counter" },
    { ...entry, name, labels: { of: "a" }, unit: "ms", last_at: at(5) },
    { ...entry, name, labels: { of: "b" } },
  ]);
  expect(await names({ name: "another" })).toHaveLength(1);
  expect(await names({ limit: 1, offset: 2 })).toMatchObject([{ labels: { of: "b" } }]);
});

test("what adds up to more than a number can be is refused", async () => {
  const { ask } = await measured([0, 1, 2].map((seconds) => ({ at: seconds, value: 1.7e308 })));
  for (const agg of ["sum", "avg"]) {
    const { status, body } = await ask({ step: 60, agg });
    expect([status, body.error]).toEqual([400, "a value is out of the range of numbers"]);
  }
  expect((await ask({ step: 60, agg: "max" })).body).toMatchObject([{ value: 1.7e308 }]);
});

test("more series than can be looked at are refused, unless those of other times make them so many", async () => {
  const { name, projectId, ask } = await measured([{ at: 0, value: 1 }]);
  const addSeries = (time: string) =>
    sql`insert into telemetry_series (project_id, name, labels, identity, metric_type, is_delta, last_at)
      select ${projectId}::uuid, ${name}, '{}', sha256((${time} || number)::bytea), 'gauge', false, ${time}::timestamptz
      from generate_series(1, 10000) as number`.execute(platform.db);
  await addSeries(at(-4000));
  expect((await ask()).body).toMatchObject([{ value: 1 }]);
  await addSeries(at(10));
  for (const query of [{}, { step: 60 }]) {
    const { status, body } = await ask(query);
    expect([status, body.fields]).toEqual([
      400,
      [{ path: "labels", message: expect.stringContaining("10000 series") }],
    ]);
  }
});
