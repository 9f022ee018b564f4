import { type Selectable, sql } from "kysely";
import type { Queryable } from "../../db/queryable.ts";
import type { RefUpdatesTable } from "../../db/schema.ts";

/** Seconds until what has failed once is tried again; each time twice as long as before, up to the other. */
const firstDelay = 1;
const longestDelay = 300;

/** Whether a pipeline may follow: only from what is pushed to a branch. */
const canStartOne = sql<boolean>`(starts_with(ref, 'refs/heads/') and new_sha is not null)`;

/**
 * Takes the oldest ref update that nobody has acted on and whose turn it is, until the transaction ends; others take
 * other ones meanwhile. The updates of one ref take turns in their order, those of others do not wait for them.
 */
export async function nextRefUpdate(db: Queryable): Promise<Selectable<RefUpdatesTable> | undefined> {
  return await db
    .selectFrom("ref_updates as next")
    .where("processed_at", "is", null)
    .where(canStartOne)
    .where(sql<boolean>`coalesce(retry_at <= now(), true)`)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom("ref_updates as earlier")
            .where("earlier.processed_at", "is", null)
            .where("earlier.new_sha", "is not", null)
            .whereRef("earlier.project_id", "=", "next.project_id")
            .whereRef("earlier.ref", "=", "next.ref")
            .whereRef("earlier.id", "<", "next.id")
            .select("earlier.id"),
        ),
      ),
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
          .where((where) => where.not(canStartOne))
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
