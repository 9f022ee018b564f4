import { sql } from "kysely";
import { expect, test } from "vitest";
import { lockWorkload } from "../../workloads/lock-workload.ts";
import { openWorkloadScene } from "../../workloads/testing/workload-scene.ts";
import { endUnwantedPreviews } from "./end-unwanted-previews.ts";

const rounds = 300;
/** So many that looking through them takes a moment. */
const previews = 1000;

test("what somebody extends as it expires is kept, if they are told so", async () => {
  await using scene = await openWorkloadScene();
  const { db } = scene.store;
  const project_id = scene.projectId;
  await sql`
    insert into workloads (project_id, kind, branch, branch_slug, label, image_ref, expires_at, ttl_hours)
    select ${project_id}, 'preview', name, name, name, 'an-image:1', now() + interval '1 day', 24
    from generate_series(1, ${previews}) as n, concat('b', n) as name`.execute(db);
  await sql`
    insert into recorded_refs (project_id, ref, sha)
    select ${project_id}, 'refs/heads/b' || n, repeat('a', 40) from generate_series(1, ${previews}) as n`.execute(db);
  const key = { branch: "b7" };
  const expire = () =>
    sql`update workloads set expires_at = now() - interval '1 second', removal_reason = null where branch = 'b7'`.execute(
      db,
    );
  /** As the request does; false when it has ended. */
  const extend = () =>
    db.transaction().execute(async (transaction) => {
      const row = await lockWorkload(transaction, project_id, key);
      if (row?.removal_reason !== null) return false;
      await sql`update workloads set expires_at = now() + interval '1 day' where id = ${row.id}`.execute(transaction);
      return true;
    });
  const begin = performance.now();
  await endUnwantedPreviews(db);
  const seconds = (performance.now() - begin) / 1000;
  for (let round = 0; round < rounds; round++) {
    await expire();
    // Somewhere within the look at them all.
    const meanwhile = sql`select pg_sleep(${Math.random() * seconds})`.execute(db).then(extend);
    const [isExtended] = await Promise.all([meanwhile, endUnwantedPreviews(db)]);
    const row = await lockWorkload(db, project_id, key);
    expect(row?.removal_reason, `round ${round}`).toBe(isExtended ? null : "expired");
  }
}, 300_000);
