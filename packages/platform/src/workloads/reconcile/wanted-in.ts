import type { Queryable } from "../../db/queryable.ts";

/**
 * Tells of the ids of workloads whether they are still there, for a short while: all of them are asked for at once, and
 * one that was not there then is asked for again.
 */
export function wantedIn(db: Queryable): (workloadId: string) => Promise<boolean> {
  let known: Promise<ReadonlySet<string>> | undefined;
  const all = async () => new Set((await db.selectFrom("workloads").select("id").execute()).map(({ id }) => id));
  return async (workloadId) => {
    known ??= all();
    if ((await known).has(workloadId)) return true;
    const row = await db.selectFrom("workloads").where("id", "=", workloadId).select("id").executeTakeFirst();
    return row !== undefined;
  };
}
