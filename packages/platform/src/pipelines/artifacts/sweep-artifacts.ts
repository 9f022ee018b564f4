import { sql } from "kysely";
import type { Queryable } from "../../db/queryable.ts";
import { keptAfterDeletionDays } from "../../git/upkeep/remove-deleted.ts";
import type { BlobStore } from "./blob-store.ts";

interface SweepOptions {
  readonly db: Queryable;
  readonly blobs: BlobStore;
  readonly signal?: AbortSignal;
}

const atOnce = 100;
/** How old a blob must be that no artifact names, in milliseconds: its row is written when all of it is there. */
const orphanAge = 60 * 60 * 1000;

/**
 * Removes what has expired, and what belongs to projects that were deleted long ago; gives the number of artifacts. Two
 * platforms can do it at once. A platform that is killed between a row and its blob leaves that to `removeOrphans`.
 */
export async function removeExpired({ db, blobs, signal }: SweepOptions): Promise<number> {
  for (let removed = 0; ; ) {
    signal?.throwIfAborted();
    const { rows } = await sql<{ store_key: string }>`
      delete from artifacts where id in (
        select artifacts.id from artifacts
        join pipelines on pipelines.id = pipeline_id join projects on projects.id = project_id
        where expires_at <= now()
          or (not is_active and deleted_at < now() - make_interval(days => ${keptAfterDeletionDays}))
        limit ${atOnce} for update of artifacts skip locked
      ) returning store_key`.execute(db);
    for (const { store_key } of rows) await blobs.remove(store_key);
    removed += rows.length;
    if (rows.length < atOnce) return removed;
  }
}

/**
 * Removes blobs that no artifact names: what was replaced, or was being kept when a platform was killed. Only those of
 * pipelines that the database knows: beside another database, all stay. Gives their number.
 */
export async function removeOrphans({ db, blobs, signal }: SweepOptions): Promise<number> {
  let removed = 0;
  let keys: string[] = [];
  const removeThese = async () => {
    for (const key of await orphansAmong(db, keys)) {
      await blobs.remove(key);
      removed += 1;
    }
    keys = [];
  };
  for await (const { key, storedAt } of blobs.list()) {
    signal?.throwIfAborted();
    if (Date.now() - storedAt < orphanAge) continue;
    keys.push(key);
    if (keys.length === atOnce) await removeThese();
  }
  await removeThese();
  return removed;
}

async function orphansAmong(db: Queryable, keys: readonly string[]): Promise<readonly string[]> {
  const { rows } = await sql<{ key: string }>`
    select key from unnest(${keys}::text[]) as key
    where exists (select from pipelines where id = split_part(key, '/', 1)::uuid)
      and not exists (select from artifacts where pipeline_id = split_part(key, '/', 1)::uuid and store_key = key)
  `.execute(db);
  return rows.map(({ key }) => key);
}
