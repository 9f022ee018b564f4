import type { Queryable } from "../../db/queryable.ts";

/** The commit at which a branch was when its repository's refs were last recorded; undefined when it was not there. */
export async function recordedTip(db: Queryable, projectId: string, branch: string): Promise<string | undefined> {
  const recorded = await db
    .selectFrom("recorded_refs")
    .where("project_id", "=", projectId)
    .where("ref", "=", `refs/heads/${branch}`)
    .select("sha")
    .executeTakeFirst();
  return recorded?.sha;
}
