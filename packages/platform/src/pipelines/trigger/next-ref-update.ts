import { type Selectable, sql } from "kysely";
import type { Queryable } from "../../db/queryable.ts";
import type { RefUpdatesTable } from "../../db/schema.ts";

/** Seconds until what has failed once is tried again; each time twice as long as before, up to the other. */
const firstDelay = 1;
const longestDelay = 300;

/** Whether nobody has acted on an update, and a pipeline may follow: in the words of the indexes, which hold no others. */
const waiting = sql<boolean>`processed_at is null and new_sha is not null and left(ref, 11) = 'refs/heads/'`;

/**
 * Takes the oldest ref update that nobody has acted on and whose turn it is, until the transaction ends; others take
 * other ones meanwhile. The updates of one ref take turns in their order, those of others do not wait for them.
 */
export async function nextRefUpdate(db: Queryable): Promise<Selectable<RefUpdatesTable> | undefined> {
  return await db
    .selectFrom("ref_updates as next")
    .where(waiting)
    .where(sql<boolean>`coalesce(retry_at <= now(), true)`)
    .where("id", "=", ({ selectFrom }) =>
      selectFrom("ref_updates as same_ref")
        .where(waiting)
        .whereRef("same_ref.project_id", "=", "next.project_id")
        .whereRef("same_ref.ref", "=", "next.ref")
        .orderBy("same_ref.id")
        .limit(1)
        .select("same_ref.id"),
    )
    .orderBy("id")
    .limit(1)
    .selectAll()
    .forUpdate()
    .skipLocked()
    .executeTakeFirst();
}

/** Takes a ref update off the list, in the transaction that did what follows from it. */
export async function markProcessed(db: Queryable, id: number): Promise<void> {
  await db.updateTable("ref_updates").where("id", "=", id).set({ processed_at: sql<string>`now()` }).execute();
}

/** Takes off the list what starts no pipeline: tags, deletions, and what agents save on the way. */
export async function passOver(db: Queryable): Promise<void> {
  await db
    .updateTable("ref_updates")
    .where(({ eb, selectFrom }) =>
      eb(
        "id",
        "in",
        selectFrom("ref_updates")
          .where("processed_at", "is", null)
          .where(sql<boolean>`(new_sha is null or left(ref, 11) <> 'refs/heads/')`)
          .select("id")
          .forUpdate()
          .skipLocked(),
      ),
    )
    .set({ processed_at: sql<string>`now()` })
    .execute();
}

/** Puts a ref update off after a failure. */
export async function putOff(db: Queryable, { id, failures }: { id: number; failures: number }): Promise<void> {
  const delay = Math.min(firstDelay * 2 ** failures, longestDelay);
  await db
    .updateTable("ref_updates")
    .where("id", "=", id)
    .where("processed_at", "is", null)
    .set({ failures: failures + 1, retry_at: sql<string>`now() + make_interval(secs => ${delay})` })
    .execute();
}
