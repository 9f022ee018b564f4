import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Claim, Claims } from "../../db/claims.ts";
import { sweepClaims } from "../../workers/sweep-claims.ts";
import { dropAbandoned } from "./drop-abandoned.ts";
import { openWorkScene, type WorkScene } from "./testing/work-scene.ts";

let scene: WorkScene;
beforeAll(async () => {
  scene = await openWorkScene();
});
afterAll(() => scene[Symbol.asyncDispose]());

function claimant(): Claims {
  return new Claims({ table: "pipeline_steps", claimant: randomUUID(), lease: 30_000, isAlone: false });
}

/** A pipeline whose steps are claimed, and whose claims have expired. */
async function expired(count: number): Promise<{ id: string; claims: readonly Claim[] }> {
  const names = Array.from({ length: count }, (_, index) => `s${index}`);
  const id = await scene.addPipeline({ steps: Object.fromEntries(names.map((name) => [name, {}])) });
  const which = sql<boolean>`pipeline_id = ${id}`;
  const claims = await claimant().claim(scene.store.db, { which, order: sql`step_order`, limit: count });
  await sql`update pipeline_steps set claim_expires_at = now() - interval '1 second' where pipeline_id = ${id}`.execute(
    scene.store.db,
  );
  return { id, claims };
}

async function sweep(options: Omit<Parameters<typeof sweepClaims>[2], "drop">): Promise<void> {
  const { db } = scene.store;
  const claims = claimant();
  await sweepClaims(db, claims, { ...options, drop: (claim) => dropAbandoned(db, claims, claim) });
}

const onError = (error: unknown) => {
  throw error;
};

test("all of them, in batches", async () => {
  const { id } = await expired(60);
  await sweep({ isOwn: () => false, onError });
  const { rows } = await sql<{ status: string; count: number }>`
    select status, count(*)::int from pipeline_steps where pipeline_id = ${id} and claimed_by is null group by status
  `.execute(scene.store.db);
  expect(rows).toEqual([{ status: "pending", count: 60 }]);
});

test("not those of this process, which looks after them itself", async () => {
  const { id, claims } = await expired(2);
  const [own] = claims;
  await sweep({ isOwn: (claim) => claim.id === own?.id, onError });
  expect(await scene.look(id)).toBe("pending: s0=running s1=pending");
});

test("one that cannot be ended is in nobody's way", async () => {
  const { id, claims } = await expired(3);
  const errors: unknown[] = [];
  const [, second] = claims;
  const { db } = scene.store;
  // A row that cannot be written.
  await sql`alter table pipeline_steps add constraint unwritable check (id <> ${sql.lit(second?.id)} or claimed_by is not null)`.execute(
    db,
  );
  await sweep({ isOwn: () => false, onError: (error) => errors.push(error) });
  await sql`alter table pipeline_steps drop constraint unwritable`.execute(db);
  expect(errors).toHaveLength(1);
  expect(await scene.look(id)).toBe("pending: s0=pending s1=running s2=pending");
});
