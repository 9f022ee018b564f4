import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Queryable } from "../../db/queryable.ts";
import { openTelemetryScene, type TelemetryScene } from "../store/testing/telemetry-scene.ts";
import { withinTime } from "./within-time.ts";

let scene: TelemetryScene;
beforeAll(async () => {
  scene = await openTelemetryScene();
});
afterAll(() => scene[Symbol.asyncDispose]());

test("a query that takes too long is given up, and says what to do; the next is not", async () => {
  const sleeping = withinTime(scene.store.db, (db) => sql`select pg_sleep(60)`.execute(db), 20);
  await expect(sleeping).rejects.toMatchObject({
    status: 400,
    message: "the search takes too long: narrow the time or the filters",
  });
  const limit = sql<{ statement_timeout: string }>`show statement_timeout`;
  expect((await limit.execute(scene.store.db)).rows).toEqual([{ statement_timeout: "0" }]);
  expect((await withinTime(scene.store.db, (db) => limit.execute(db))).rows).toEqual([{ statement_timeout: "10s" }]);
});

test("nothing is written", async () => {
  const writing = withinTime(scene.store.db, (db) => db.deleteFrom("telemetry_logs").execute());
  await expect(writing).rejects.toThrow("read-only");
});

test("many at once leave connections to others, and are all done", async () => {
  let running = 0;
  let most = 0;
  const { promise: full, resolve } = Promise.withResolvers<void>();
  const query = async (db: Queryable) => {
    most = Math.max(most, ++running);
    if (running === 8) resolve();
    await full;
    await sql`select 1`.execute(db);
    running -= 1;
  };
  await Promise.all(Array.from({ length: 30 }, () => withinTime(scene.store.db, query)));
  expect([running, most]).toEqual([0, 8]);
});
