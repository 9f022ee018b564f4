import { randomBytes, randomUUID } from "node:crypto";
import { sql } from "kysely";
import type pg from "pg";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { dropOld, listPartitions } from "./drop-old.ts";
import { indexText } from "./index-text.ts";
import { dayLength, dayOf, makePartitions, partitionedTables } from "./partitions.ts";
import { startTelemetryUpkeep } from "./start-upkeep.ts";
import { logOf, pointOf, spanOf } from "./testing/records.ts";
import { openTelemetryScene, type TelemetryScene, usualRetention } from "./testing/telemetry-scene.ts";

let scene: TelemetryScene;
let client: pg.PoolClient;
beforeAll(async () => {
  scene = await openTelemetryScene();
  client = await scene.store.pool.connect();
});
afterAll(async () => {
  client.release();
  await scene[Symbol.asyncDispose]();
});

const daysOf = async (table: (typeof partitionedTables)[number]) =>
  (await listPartitions(client, table)).map(({ day }) => day).sort((a, b) => a - b);
const today = () => dayOf(Date.now());

test("what is older than is kept is gone, each kind by its own time, and nothing else", async () => {
  const now = Date.now();
  const service = randomUUID();
  const writer = scene.openWriter({ retention: async () => ({ logs: 60, traces: 60, metrics: 60 }) });
  const ages = [0, 6, 20, 40];
  for (const age of ages) {
    const time = now - age * dayLength;
    await writer.write({
      logs: [logOf({ service, time })],
      spans: [spanOf({ service, start: time, traceId: randomBytes(16).toString("hex") })],
      points: [pointOf({ name: service, labels: { age }, time })],
    });
  }
  expect(await dropOld(client, usualRetention, now)).toBe(2 + 2 + 1 + 2 + 1);
  const count = async (table: "telemetry_logs" | "telemetry_spans" | "telemetry_traces") =>
    (await scene.store.db.selectFrom(table).where("service", "=", service).select("service").execute()).length;
  expect([await count("telemetry_logs"), await count("telemetry_spans"), await count("telemetry_traces")]).toEqual([
    2, 2, 2,
  ]);
  const series = scene.store.db
    .selectFrom("telemetry_series")
    .where("name", "=", service)
    .orderBy("id")
    .select("labels");
  expect((await series.execute()).map(({ labels }) => labels)).toEqual([{ age: 0 }, { age: 6 }, { age: 20 }]);
  expect(await dropOld(client, usualRetention, now)).toBe(0);
});

test("two platforms that make the same day's tables at the same time make each once", async () => {
  const other = await scene.store.pool.connect();
  const partitions = partitionedTables.map((table) => ({ table, day: today() + 30 }));
  await Promise.all([client, other].map((each) => makePartitions(each, partitions)));
  other.release();
  expect(await daysOf("telemetry_logs")).toContain(today() + 30);
});

test("a day has the indexes of its table, and one of its text once it is large", async () => {
  await client.query("create extension if not exists pg_trgm");
  await scene.openWriter().write({ logs: Array.from({ length: 500 }, () => logOf({ message: randomUUID() })) });
  expect(await indexText(client)).toBe(0);
  expect(await indexText(client, 1)).toBeGreaterThan(0);
  expect(await indexText(client, 1)).toBe(0);
  const name = `telemetry_logs_${new Date().toISOString().slice(0, 10).replaceAll("-", "")}`;
  const { rows } = await client.query("select indexdef from pg_indexes where tablename = $1 order by indexname", [
    name,
  ]);
  const kinds = rows.map(({ indexdef }) => /USING (\w+) \(([^)]*)\)/.exec(indexdef)?.slice(1, 3).join(" "));
  expect(kinds.sort()).toEqual([
    "btree project_id, ts DESC, id DESC",
    // Of errors alone.
    "btree project_id, ts DESC, id DESC",
    "btree session_id, ts DESC, id DESC",
    "btree trace_id",
    "btree ts DESC, id DESC",
    "gin message gin_trgm_ops",
  ]);
  await sql`update pg_index set indisvalid = false where indexrelid = to_regclass(${`${name}_text`})`.execute(
    scene.store.db,
  );
  expect(await indexText(client, 1)).toBe(1);
});

test("the next days are there before anybody needs them, and one of two platforms removes what is old", async () => {
  await scene.openWriter({ retention: async () => ({ logs: 60, traces: 60, metrics: 60 }) }).write({
    logs: [logOf({ time: Date.now() - 50 * dayLength })],
  });
  const logger = pino({ level: "silent" });
  const options = { pool: scene.store.pool, retention: async () => usualRetention, logger };
  const upkeep = [startTelemetryUpkeep(options), startTelemetryUpkeep(options)];
  await vi.waitFor(
    async () => {
      for (const table of partitionedTables) {
        expect(await daysOf(table)).toEqual(expect.arrayContaining([0, 1, 2, 3].map((ahead) => today() + ahead)));
      }
      expect((await daysOf("telemetry_logs"))[0]).toBeGreaterThan(today() - 30);
    },
    { timeout: 20_000 },
  );
  for (const { close } of upkeep) await close();
});
