import { randomUUID } from "node:crypto";
import { type RawBuilder, sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openWorkScene, type WorkScene } from "../pipelines/work/testing/work-scene.ts";
import { Claims } from "./claims.ts";

// Without a worker: one that is alone takes what others claim for abandoned.
let scene: WorkScene;
let store: WorkScene["store"];
let pipelineId: string;
let projectId: string;
beforeAll(async () => {
  scene = await openWorkScene();
  store = scene.store;
  projectId = scene.projectId;
});
afterAll(() => scene[Symbol.asyncDispose]());
beforeEach(async () => {
  const { id } = await store.db
    .insertInto("pipelines")
    .values({ project_id: projectId, trigger: "api", git_ref: "main" })
    .returning("id")
    .executeTakeFirstOrThrow();
  pipelineId = id;
});

async function addSteps(count: number) {
  const steps = Array.from({ length: count }, (_, index) => ({
    ...{ pipeline_id: pipelineId, project_id: projectId, step_order: index, name: `s${index}`, image: "x" },
  }));
  const rows = await store.db.insertInto("pipeline_steps").values(steps).returning("id").execute();
  return rows.map(({ id }) => id);
}

function claimant({ lease = 30_000, isAlone = false } = {}) {
  return new Claims({ table: "pipeline_steps", claimant: randomUUID(), lease, isAlone });
}

const mine = () => ({ which: sql<boolean>`pipeline_id = ${pipelineId}`, order: sql`step_order`, limit: 10 });
const rowOf = (id: string) =>
  store.db.selectFrom("pipeline_steps").where("id", "=", id).selectAll().executeTakeFirstOrThrow();
const setAll = (change: RawBuilder<unknown>) =>
  sql`update pipeline_steps set ${change} where pipeline_id = ${pipelineId}`.execute(store.db);
const expire = () => setAll(sql`claim_expires_at = now() - interval '1 second'`);

describe("claiming", () => {
  test("gives each row once however many claim at the same time, and nobody nothing while there is enough", async () => {
    await addSteps(40);
    const results = await Promise.all(
      Array.from({ length: 8 }, () => claimant().claim(store.db, { ...mine(), limit: 5 })),
    );
    expect(results.map(({ length }) => length)).toEqual(Array(8).fill(5));
    expect(new Set(results.flat().map(({ id }) => id)).size).toBe(40);
  });

  test("goes in order, and leaves alone what is locked, ended or claimed", async () => {
    const [first = "", second = "", third = ""] = await addSteps(3);
    await store.db.updateTable("pipeline_steps").where("id", "=", second).set({ status: "skipped" }).execute();
    await store.db.transaction().execute(async (transaction) => {
      await transaction.selectFrom("pipeline_steps").where("id", "=", first).forUpdate().select("id").execute();
      expect(await claimant().claim(store.db, mine())).toEqual([{ id: third, attempt: 1 }]);
    });
    expect(await claimant().claim(store.db, mine())).toEqual([{ id: first, attempt: 1 }]);
    expect(await claimant().claim(store.db, mine())).toEqual([]);
  });
});

describe("keeping", () => {
  test("extends only what is past a third, and tells how the others stand", async () => {
    const worker = claimant();
    const ids = await addSteps(2);
    const claims = await worker.claim(store.db, mine());
    const [first = "", second = ""] = ids;
    const before = (await rowOf(first)).claim_expires_at;
    await sql`update pipeline_steps set claim_expires_at = now() + interval '19 seconds', status = 'skipped'
      where id = ${second}`.execute(store.db);
    const kept = await worker.keep(store.db, claims);
    expect(kept.find(({ id }) => id === second)).toEqual({
      id: second,
      attempt: 1,
      status: "skipped",
      remaining: 30_000,
    });
    expect(kept.find(({ id }) => id === first)?.remaining).toBeLessThanOrEqual(30_000);
    expect((await rowOf(first)).claim_expires_at).toBe(before);
  });

  test("does not wait for a row that somebody changes, and still tells of it", async () => {
    const worker = claimant();
    await addSteps(1);
    const claims = await worker.claim(store.db, mine());
    await expire();
    await store.db.transaction().execute(async (transaction) => {
      await transaction
        .selectFrom("pipeline_steps")
        .where("pipeline_id", "=", pipelineId)
        .forUpdate()
        .select("id")
        .execute();
      const [kept] = await worker.keep(store.db, claims);
      expect(kept?.remaining).toBeLessThan(0);
    });
    expect((await worker.keep(store.db, claims))[0]?.remaining).toBe(30_000);
  });

  test("leaves out what another has claimed since, or the same one anew", async () => {
    const worker = claimant();
    await addSteps(1);
    const [claim = { id: "", attempt: 0 }] = await worker.claim(store.db, mine());
    expect(await worker.release(store.db, claim)).toBe(true);
    expect(await worker.keep(store.db, [claim])).toEqual([]);
    expect(await worker.claim(store.db, mine())).toEqual([{ ...claim, attempt: 2 }]);
    expect(await worker.keep(store.db, [claim])).toEqual([]);
    expect(await worker.release(store.db, claim)).toBe(false);
  });
});

test("a released row waits again, unless its status says that it has ended meanwhile", async () => {
  const worker = claimant();
  const [first = "", second = ""] = await addSteps(2);
  const claims = await worker.claim(store.db, mine());
  await sql`update pipeline_steps set status = 'skipped' where id = ${second}`.execute(store.db);
  for (const claim of claims) await worker.release(store.db, claim);
  const after = await Promise.all([first, second].map(rowOf));
  expect(after.map(({ status, claimed_by, claim_expires_at }) => [status, claimed_by, claim_expires_at])).toEqual([
    ["pending", null, null],
    ["skipped", null, null],
  ]);
});

describe("abandoned claims", () => {
  const ofPipeline = async (claims: Claims) => {
    const rows = await claims.abandoned(store.db, { after: null, limit: 1000 });
    const ids = await store.db
      .selectFrom("pipeline_steps")
      .where("pipeline_id", "=", pipelineId)
      .select("id")
      .execute();
    return rows.filter(({ id }) => ids.some((row) => row.id === id));
  };

  test("are those that have expired, and for who is alone all of others", async () => {
    await addSteps(1);
    await claimant().claim(store.db, mine());
    expect(await ofPipeline(claimant())).toEqual([]);
    expect(await ofPipeline(claimant({ isAlone: true }))).toHaveLength(1);
    await expire();
    expect(await ofPipeline(claimant())).toHaveLength(1);
  });

  test("come in batches, each after the last", async () => {
    const ids = await addSteps(5);
    await claimant().claim(store.db, mine());
    await expire();
    const sorted = [...ids].sort();
    const [, second = ""] = sorted;
    const batch = await claimant().abandoned(store.db, { after: second, limit: 2 });
    expect(batch).toHaveLength(2);
    expect(batch.every(({ id }) => id > second)).toBe(true);
  });

  test("are no longer so once their claimant has extended them", async () => {
    const worker = claimant();
    await addSteps(1);
    const claims = await worker.claim(store.db, mine());
    await expire();
    const [abandoned] = await ofPipeline(claimant());
    if (abandoned === undefined) throw new Error("the claim has not expired");
    const still = async () =>
      await store.db.selectFrom("pipeline_steps").where(claimant().stillAbandoned(abandoned)).select("id").execute();
    expect(await still()).toHaveLength(1);
    await worker.keep(store.db, claims);
    expect(await still()).toEqual([]);
  });

  test("are taken over by one of those who try, under a number that shuts the others out", async () => {
    const [id = ""] = await addSteps(1);
    const [claim] = await claimant().claim(store.db, mine());
    await expire();
    const [abandoned] = await ofPipeline(claimant());
    if (abandoned === undefined || claim === undefined) throw new Error("the claim has not expired");
    const others = Array.from({ length: 6 }, () => claimant());
    const taken = await Promise.all(others.map((other) => other.takeOver(store.db, abandoned)));
    expect(taken.filter((result) => result !== undefined)).toEqual([{ id, attempt: 2 }]);
    const winner = others[taken.findIndex((result) => result !== undefined)];
    expect(await winner?.keep(store.db, [{ id, attempt: 2 }])).toMatchObject([{ status: "running" }]);
    expect(await claimant().keep(store.db, [claim])).toEqual([]);
  });

  test("are not taken over once the work has ended", async () => {
    await addSteps(1);
    await claimant().claim(store.db, mine());
    await setAll(sql`status = 'skipped', claim_expires_at = now() - interval '1 second'`);
    const [abandoned] = await ofPipeline(claimant());
    if (abandoned === undefined) throw new Error("the claim has not expired");
    expect(await claimant().takeOver(store.db, abandoned)).toBeUndefined();
  });

  test("can be made so by their claimant, who has no more to do with them then", async () => {
    const worker = claimant();
    await addSteps(1);
    const [claim = { id: "", attempt: 0 }] = await worker.claim(store.db, mine());
    expect(await worker.abandon(store.db, { ...claim, attempt: 2 })).toBe(false);
    expect(await worker.abandon(store.db, claim)).toBe(true);
    const [abandoned] = await ofPipeline(claimant());
    if (abandoned === undefined) throw new Error("the claim is not abandoned");
    expect(await claimant().takeOver(store.db, abandoned)).toEqual({ id: claim.id, attempt: 2 });
    expect(await worker.abandon(store.db, claim)).toBe(false);
  });
});
