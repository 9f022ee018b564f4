import type { Queryable } from "../db/queryable.ts";

/**
 * The next number of a project's issues or merge requests, counted from 1. The project's row stays locked until the
 * transaction ends, so that numbers have neither gaps nor duplicates: take one right before the row that uses it.
 */
export async function nextNumber(
  db: Queryable,
  projectId: string,
  counter: "last_issue_number" | "last_merge_request_number",
): Promise<number> {
  const counted = await db
    .updateTable("projects")
    .set((eb) => ({ [counter]: eb(counter, "+", 1) }))
    .where("id", "=", projectId)
    .returning(counter)
    .executeTakeFirstOrThrow();
  return counted[counter];
}
