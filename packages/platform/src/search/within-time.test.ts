import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTelemetryScene, type TelemetryScene } from "../observe/store/testing/telemetry-scene.ts";
import { withinTime } from "./within-time.ts";

let scene: TelemetryScene;
beforeAll(async () => {
  scene = await openTelemetryScene();
});
afterAll(() => scene[Symbol.asyncDispose]());

test("a query that takes too long is given up, and says what to do; the next is not", async () => {
  const sleeping = withinTime(scene.store.db, "one", (db) => sql`select pg_sleep(60)`.execute(db), 20);
  await expect(sleeping).rejects.toMatchObject({
    status: 400,
    message: "the search takes too long: narrow the time or the filters",
  });
  const limit = sql<{ statement_timeout: string }>`show statement_timeout`;
  expect((await limit.execute(scene.store.db)).rows).toEqual([{ statement_timeout: "0" }]);
  expect((await withinTime(scene.store.db, "one", (db) => limit.execute(db))).rows).toEqual([
    { statement_timeout: "10s" },
  ]);
});

test("nothing is written", async () => {
  const writing = withinTime(scene.store.db, "one", (db) => db.deleteFrom("telemetry_logs").execute());
  await expect(writing).rejects.toThrow("read-only");
});

/** Queries that go on until they are let; by whom they are, in the order in which they begin. */
function held() {
  const begun: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const ask = (who: string) =>
    withinTime(scene.store.db, who, async () => {
      begun.push(who);
      await promise;
    });
  return { begun, ask, letGo: resolve };
}

test("many at once leave connections to others, and are all done", async () => {
  const { begun, ask, letGo } = held();
  const asked = Array.from({ length: 30 }, (_, number) => ask(`${number}`));
  await expect.poll(() => begun.length).toBe(4);
  const { rows } = await sql<{ one: number }>`select 1 as one`.execute(scene.store.db);
  expect([rows, begun.length]).toEqual([[{ one: 1 }], 4]);
  letGo();
  await Promise.all(asked);
  expect(begun).toHaveLength(30);
});

test("who asks a lot waits for themselves, and not others for them; who asks too much is refused", async () => {
  const { begun, ask, letGo } = held();
  const asked = Array.from({ length: 16 }, () => ask("greedy"));
  await expect(ask("greedy")).rejects.toMatchObject({ status: 503, details: { headers: { "retry-after": "1" } } });
  asked.push(ask("modest"));
  await expect.poll(() => begun.toSorted()).toEqual(["greedy", "modest"]);
  letGo();
  await Promise.all(asked);
  await ask("greedy");
  expect(begun).toHaveLength(18);
});
