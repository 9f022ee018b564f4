import { randomBytes, randomUUID } from "node:crypto";
import fc from "fast-check";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { logOf, pointOf, spanOf } from "./testing/records.ts";
import { openTelemetryScene, type TelemetryScene } from "./testing/telemetry-scene.ts";

let scene: TelemetryScene;
beforeAll(async () => {
  scene = await openTelemetryScene();
});
afterAll(() => scene[Symbol.asyncDispose]());

const day = 86_400_000;
const traceId = () => randomBytes(16).toString("hex");
const logsOf = (service: string) =>
  scene.store.db
    .selectFrom("telemetry_logs")
    .where("service", "=", service)
    .orderBy("ts")
    .orderBy("id")
    .selectAll()
    .execute();
const traceOf = (id: string) =>
  scene.store.db.selectFrom("telemetry_traces").where("trace_id", "=", id).selectAll().execute();
const seriesOf = (name: string) =>
  scene.store.db.selectFrom("telemetry_series").where("name", "=", name).orderBy("id").selectAll().execute();

describe("what is written", () => {
  test("is there as it was, with microseconds, and whatever its text holds", async () => {
    const service = randomUUID();
    const owner = { projectId: randomUUID(), sessionId: randomUUID() };
    const message = 'a\ttab, a "quote", a \\N, a \\. and\r\nüñí 🚀';
    const attributes = { "http.route": "/", nested: { list: [1, "two", null, true] }, "\\": "\t\n" };
    const time = Math.floor(Date.now()) + 0.123;
    const ids = { traceId: traceId(), spanId: "00f067aa0ba902b7" };
    await scene
      .openWriter()
      .write({ logs: [logOf({ ...owner, ...ids, service, time, level: "fatal", message, attributes })] });
    const [log] = await logsOf(service);
    expect(log).toMatchObject({ service, level: 5, message, attributes, trace_id: ids.traceId, span_id: ids.spanId });
    expect(log).toMatchObject({ project_id: owner.projectId, session_id: owner.sessionId });
    expect(log?.ts).toBe(`${new Date(time).toISOString().slice(0, -1)}123Z`);
  });

  test("loses what PostgreSQL cannot hold, and nothing else", async () => {
    const writer = scene.openWriter();
    const text = fc.string({ unit: "binary", maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(text, fc.dictionary(text, fc.jsonValue())), { minLength: 10 }),
        async (cases) => {
          const service = randomUUID();
          await writer.write({ logs: cases.map(([message, attributes]) => logOf({ service, message, attributes })) });
          const stored = (await logsOf(service)).map(({ message }) => message);
          expect(stored).toEqual(cases.map(([message]) => message.replaceAll("\0", "").toWellFormed()));
        },
      ),
      { numRuns: 5 },
    );
  });

  test("of the same instant stays in its order", async () => {
    const service = randomUUID();
    const time = Date.now();
    const messages = Array.from({ length: 500 }, (_, index) => `line ${index}`);
    await scene.openWriter().write({ logs: messages.map((message) => logOf({ service, time, message })) });
    expect((await logsOf(service)).map(({ message }) => message)).toEqual(messages);
  });

  test("of many at the same time is all there, by two platforms too", async () => {
    const service = randomUUID();
    const id = traceId();
    const writers = [scene.openWriter(), scene.openWriter()];
    await Promise.all(
      Array.from({ length: 60 }, async (_, index) => {
        const spans = Array.from({ length: 20 }, () => spanOf({ traceId: id, service }));
        const points = [pointOf({ name: service, labels: { of: index % 5 } })];
        await writers[index % 2]?.write({ logs: [logOf({ service })], spans, points });
      }),
    );
    expect(await logsOf(service)).toHaveLength(60);
    expect(await traceOf(id)).toMatchObject([{ span_count: 1200, error_count: 0 }]);
    expect(await seriesOf(service)).toHaveLength(5);
  });
});

describe("a trace", () => {
  test("is what all of its spans say, in whatever order they come, for each project on its own", async () => {
    const id = traceId();
    const projectId = randomUUID();
    const start = Date.now();
    const spans = [
      spanOf({ traceId: id, name: "root", service: "front", status: "ok", start, end: start + 500 }),
      spanOf({
        traceId: id,
        name: "call",
        parentSpanId: "1".repeat(16),
        service: "back",
        start: start - 50,
        end: start + 900,
      }),
      spanOf({
        traceId: id,
        name: "query",
        parentSpanId: "2".repeat(16),
        service: "back",
        status: "error",
        start: start + 9,
      }),
    ];
    const writer = scene.openWriter();
    for (const span of spans.toReversed()) await writer.write({ spans: [span] });
    await writer.write({ spans: [spanOf({ traceId: id, projectId, name: "theirs", parentSpanId: "3".repeat(16) })] });
    const rows = await traceOf(id);
    expect(rows).toHaveLength(2);
    expect(rows.find((row) => row.project_id === null)).toMatchObject({
      ...{ root_span: "root", service: "front", has_root: true, status: "error", span_count: 3, error_count: 1 },
    });
    expect(Date.parse(rows.find((row) => row.project_id === null)?.started_at ?? "")).toBe(start - 50);
    expect(rows.find((row) => row.project_id === projectId)).toMatchObject({ root_span: "theirs", has_root: false });
  });
});

test("spans and traces lose what PostgreSQL cannot hold, and nothing else", async () => {
  const spans = ["a\0b", "half \ud83d", "\\u0000"].map((text) =>
    spanOf({ name: text, service: text, statusMessage: text, events: [{ time: 0, name: text, attributes: null }] }),
  );
  await scene.openWriter().write({ spans });
  const traces = await Promise.all(spans.map((span) => traceOf(span.traceId)));
  expect(traces.flat().map(({ root_span, service }) => [root_span, service])).toEqual([
    ["ab", "ab"],
    ["half \ufffd", "half \ufffd"],
    ["\\u0000", "\\u0000"],
  ]);
});

describe("points", () => {
  test("are of one series when all is the same but the order of their labels, and keep its buckets", async () => {
    const name = randomUUID();
    const histogram = { count: 3, bounds: [1, 2.5], buckets: [1, 2, 0] };
    const base = { name, type: "histogram", unit: "ms", value: 4.5, histogram } as const;
    const writer = scene.openWriter();
    await writer.write({ points: [pointOf({ ...base, labels: { a: 1, b: "x" } })] });
    await writer.write({
      points: [pointOf({ ...base, labels: { b: "x", a: 1 } }), pointOf({ ...base, labels: { a: 1 } })],
    });
    const series = await seriesOf(name);
    expect(series.map(({ labels, bounds, unit }) => ({ labels, bounds, unit }))).toEqual([
      { labels: { a: 1, b: "x" }, bounds: [1, 2.5], unit: "ms" },
      { labels: { a: 1 }, bounds: [1, 2.5], unit: "ms" },
    ]);
    const points = await scene.store.db
      .selectFrom("telemetry_points")
      .where("series_id", "=", series[0]?.id ?? "")
      .select(["value", "count", "buckets"])
      .execute();
    expect(points).toEqual([1, 2].map(() => ({ value: 4.5, count: 3, buckets: [1, 2, 0] })));
  });

  test("of other projects are of other series", async () => {
    const name = randomUUID();
    const points = [null, randomUUID(), randomUUID()].map((projectId) => pointOf({ name, projectId }));
    await scene.openWriter().write({ points });
    expect(await seriesOf(name)).toHaveLength(3);
  });
});

describe("times", () => {
  test.each([
    ["of last year", -400 * day, -7 * day],
    ["of 1970", -Date.now(), -7 * day],
    ["of the next week", 7 * day, day],
    ["of no calendar", 1e18, day],
  ])("%s are moved to what is kept, and said", async (_, off, kept) => {
    const service = randomUUID();
    const now = Date.now();
    await scene
      .openWriter()
      .write({ logs: [logOf({ service, time: now + off })], spans: [spanOf({ service, start: now + off })] });
    const [log] = await logsOf(service);
    expect(Math.abs(Date.parse(log?.ts ?? "") - (now + kept))).toBeLessThan(60_000);
    expect(Object.keys(log?.attributes ?? {})).toEqual(["platform.original_time"]);
    const span = await scene.store.db
      .selectFrom("telemetry_spans")
      .where("service", "=", service)
      .select(sql<number>`extract(epoch from finished_at - started_at)::float8`.as("seconds"))
      .executeTakeFirstOrThrow();
    expect(span.seconds).toBeLessThanOrEqual(1);
  });
});

describe("a writer", () => {
  test("takes no more than its limits, and again once there is room", async () => {
    const service = randomUUID();
    const writer = scene.openWriter({ limits: { rows: 4, bytes: 1e6 } });
    const logs = [logOf({ service }), logOf({ service })];
    const first = writer.write({ logs });
    await expect(writer.write({ logs })).rejects.toMatchObject({
      status: 503,
      details: { headers: { "retry-after": "1" } },
    });
    writer.offer({ logs });
    await first;
    await writer.write({ logs });
    expect(await logsOf(service)).toHaveLength(4);
    await expect(writer.write({ logs: [...logs, ...logs] })).rejects.toMatchObject({ status: 413 });
    await expect(writer.write({ logs: [logOf({ message: "x".repeat(1e6) })] })).rejects.toMatchObject({ status: 413 });
  });

  test("leaves room for others while it stores much of one project", async () => {
    const service = randomUUID();
    const logsOfOne = (projectId: string) => Array.from({ length: 10 }, () => logOf({ service, projectId }));
    const [loud, quiet] = [randomUUID(), randomUUID()];
    const writer = scene.openWriter({ limits: { rows: 40, bytes: 1e6 } });
    const results = await Promise.allSettled(
      [loud, loud, loud, quiet, quiet].map((projectId) => writer.write({ logs: logsOfOne(projectId) })),
    );
    expect(results.map(({ status }) => status)).toEqual([
      "fulfilled",
      "fulfilled",
      "rejected",
      "fulfilled",
      "rejected",
    ]);
    await writer.write({ logs: logsOfOne(loud) });
    expect(await logsOf(service)).toHaveLength(40);
  });

  test("loses nobody's records for what the database does not take of others", async () => {
    const service = randomUUID();
    const writer = scene.openWriter();
    const results = await Promise.allSettled([
      writer.write({ logs: [logOf({ service })] }),
      writer.write({ logs: [logOf({ service, projectId: "no id" })] }),
      writer.write({ logs: [logOf({ service })] }),
    ]);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(await logsOf(service)).toHaveLength(2);
  });

  test("finds the day's table gone, and makes it again", async () => {
    const service = randomUUID();
    const writer = scene.openWriter();
    const time = Date.now() - 5 * day;
    await writer.write({ logs: [logOf({ service, time })] });
    const name = `telemetry_logs_${new Date(time).toISOString().slice(0, 10).replaceAll("-", "")}`;
    await sql`drop table ${sql.table(name)}`.execute(scene.store.db);
    await writer.write({ logs: [logOf({ service, time }), logOf({ service, time })] });
    expect(await logsOf(service)).toHaveLength(2);
  });

  test("stores what was taken before it is closed, and takes nothing after", async () => {
    const service = randomUUID();
    const writer = scene.openWriter();
    writer.offer({ logs: [logOf({ service })] });
    await writer.close();
    expect(await logsOf(service)).toHaveLength(1);
    await expect(writer.write({ logs: [logOf({ service })] })).rejects.toMatchObject({ status: 503 });
  });
});
