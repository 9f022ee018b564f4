import { sql } from "kysely";
import type { Queryable } from "../../db/queryable.ts";

/** Those of these workloads of which something else is wanted than what their status speaks of. */
export async function superseded(
  db: Queryable,
  ids: readonly string[],
): Promise<readonly { readonly id: string; readonly generation: number }[]> {
  return await db
    .selectFrom("workloads")
    .where(sql<boolean>`id = any(${ids}::uuid[])`)
    .whereRef("observed_generation", "<", "generation")
    .select(["id", "generation"])
    .execute();
}
