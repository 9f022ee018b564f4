import { sql } from "kysely";
import { inChunks } from "../../db/in-chunks.ts";
import type { Queryable } from "../../db/queryable.ts";
import { followRefUpdates } from "../../merge-requests/follow/follow-ref-updates.ts";
import type { Repository } from "../repository.ts";
import { auditRefUpdates } from "./audit-ref-updates.ts";
import { pathBetween } from "./path-between.ts";
import { readRefs } from "./read-refs.ts";
import type { RefChange } from "./ref-change.ts";
import type { Announcement, RefUpdate } from "./ref-update.ts";
import { tellRefUpdates } from "./tell-ref-updates.ts";

/** The channel that is notified, with the project's id, when updates have been recorded: a hint, rows are the truth. */
export const refUpdatesChannel = "ref_updates";

/**
 * Compares a repository's refs with what is recorded of them and records the difference: each change once, for each ref
 * in order, and whose it was if it was announced; and what follows for merge requests. The one way in which ref changes
 * become known, whether a push or a merge has just ended or a crash left it for later. Must be in a transaction; others
 * wait for its end.
 *
 * @param endedPush a push of which nothing more is to come: what it announced and did not do is forgotten
 */
export async function recordRefUpdates(
  db: Queryable,
  repository: Repository,
  projectId: string,
  endedPush?: string,
): Promise<readonly RefUpdate[]> {
  const isFirst = await lockRepository(db, projectId);
  const before = await recordedRefs(db, projectId);
  // After the lock, so that whoever waits for it sees refs that are at least as new as those recorded.
  const after = await readRefs(repository);
  const changes = differences(before, after);
  const announced = isFirst || changes.length === 0 ? [] : await announcements(db, projectId);
  const byRef = Map.groupBy(announced, ({ ref }) => ref);
  const updates = isFirst ? [] : changes.flatMap((change) => explain(change, byRef.get(change.ref) ?? []));
  await storeRefs(db, projectId, changes);
  await storeUpdates(db, projectId, updates);
  await auditRefUpdates(db, projectId, updates);
  await tellRefUpdates(db, projectId, updates);
  await followRefUpdates(db, repository, projectId, updates);
  await forget(db, updates, endedPush);
  if (isFirst || updates.length > 0) await noteChange(db, projectId);
  return updates;
}

/** Waits for this repository's turn; true when its refs have never been recorded. */
async function lockRepository(db: Queryable, projectId: string): Promise<boolean> {
  await db
    .insertInto("repositories")
    .values({ project_id: projectId })
    .onConflict((conflict) => conflict.column("project_id").doNothing())
    .execute();
  const { refs_recorded_at } = await db
    .selectFrom("repositories")
    .where("project_id", "=", projectId)
    .select("refs_recorded_at")
    .forUpdate()
    .executeTakeFirstOrThrow();
  return refs_recorded_at === null;
}

async function recordedRefs(db: Queryable, projectId: string): Promise<ReadonlyMap<string, string>> {
  const rows = await db
    .selectFrom("recorded_refs")
    .where("project_id", "=", projectId)
    .select(["ref", "sha"])
    .execute();
  return new Map(rows.map(({ ref, sha }) => [ref, sha]));
}

function differences(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): RefChange[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .map((ref) => ({ ref, oldSha: before.get(ref) ?? null, newSha: after.get(ref) ?? null }))
    .filter(({ oldSha, newSha }) => oldSha !== newSha);
}

async function announcements(db: Queryable, projectId: string): Promise<readonly Announcement[]> {
  const rows = await db
    .selectFrom("announced_ref_updates")
    .where("project_id", "=", projectId)
    .orderBy("id")
    .select(["id", "ref", "old_sha as oldSha", "new_sha as newSha"])
    .select(["push_id", "pusher_id", "token_id", "ip", "request_id", "action"])
    .execute();
  return rows.map(({ push_id, pusher_id, token_id, ip, request_id, action, ...change }) => ({
    ...change,
    push: { id: push_id, pusherId: pusher_id, tokenId: token_id, ip, requestId: request_id, action },
  }));
}

/** The steps of a change as they were announced; one step of nobody's when they do not lead there. */
function explain(change: RefChange, announcements: readonly Announcement[]): readonly RefUpdate[] {
  const path = pathBetween(change.oldSha, change.newSha, announcements);
  return path?.map((announced) => ({ ...changeOf(announced), announced })) ?? [change];
}

function changeOf({ ref, oldSha, newSha }: RefChange): RefChange {
  return { ref, oldSha, newSha };
}

async function storeRefs(db: Queryable, projectId: string, changes: readonly RefChange[]): Promise<void> {
  const gone = changes.filter(({ newSha }) => newSha === null).map(({ ref }) => ref);
  if (gone.length > 0) {
    await sql`delete from recorded_refs where project_id = ${projectId} and ref = any(${gone}::text[])`.execute(db);
  }
  const kept = changes.flatMap(({ ref, newSha }) =>
    newSha === null ? [] : [{ project_id: projectId, ref, sha: newSha }],
  );
  for (const chunk of inChunks(kept)) {
    await db
      .insertInto("recorded_refs")
      .values(chunk)
      .onConflict((conflict) =>
        conflict.columns(["project_id", "ref"]).doUpdateSet({ sha: (eb) => eb.ref("excluded.sha") }),
      )
      .execute();
  }
}

async function storeUpdates(db: Queryable, projectId: string, updates: readonly RefUpdate[]): Promise<void> {
  const rows = updates.map(({ ref, oldSha, newSha, announced }) => ({
    project_id: projectId,
    ref,
    old_sha: oldSha,
    new_sha: newSha,
    source: announced === undefined ? ("reconcile" as const) : ("push" as const),
    push_id: announced?.push.id ?? null,
    pusher_id: announced?.push.pusherId ?? null,
    token_id: announced?.push.tokenId ?? null,
  }));
  for (const chunk of inChunks(rows)) await db.insertInto("ref_updates").values(chunk).execute();
}

/** Removes the announcements that have come true, and those of a push that is over. */
async function forget(db: Queryable, updates: readonly RefUpdate[], endedPush: string | undefined): Promise<void> {
  const done = updates.flatMap(({ announced }) => (announced === undefined ? [] : [announced.id]));
  if (done.length > 0) await sql`delete from announced_ref_updates where id = any(${done}::bigint[])`.execute(db);
  if (endedPush !== undefined) {
    await db.deleteFrom("announced_ref_updates").where("push_id", "=", endedPush).execute();
  }
}

async function noteChange(db: Queryable, projectId: string): Promise<void> {
  const now = sql<string>`now()`;
  await db
    .updateTable("repositories")
    .where("project_id", "=", projectId)
    .set({ refs_recorded_at: now, changed_at: now })
    .execute();
  await sql`select pg_notify(${refUpdatesChannel}, ${projectId})`.execute(db);
}
