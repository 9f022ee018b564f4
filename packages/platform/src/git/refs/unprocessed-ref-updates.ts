import type { Selectable } from "kysely";
import type { Queryable } from "../../db/queryable.ts";
import type { RefUpdatesTable } from "../../db/schema.ts";

/** Updates that nobody has acted on yet, oldest first; setting `processed_at` takes one off the list. */
export async function unprocessedRefUpdates(
  db: Queryable,
  { limit }: { readonly limit: number },
): Promise<readonly Selectable<RefUpdatesTable>[]> {
  return await db
    .selectFrom("ref_updates")
    .where("processed_at", "is", null)
    .orderBy("id")
    .limit(limit)
    .selectAll()
    .execute();
}
