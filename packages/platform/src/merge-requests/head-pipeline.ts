import type { Selectable } from "kysely";
import type { Queryable } from "../db/queryable.ts";
import type { PipelinesTable } from "../db/schema.ts";

export type HeadPipeline = Pick<Selectable<PipelinesTable>, "id" | "status">;

/** The latest pipeline of a commit, whatever started it. */
export async function headPipeline(db: Queryable, projectId: string, sha: string): Promise<HeadPipeline | null> {
  const latest = await db
    .selectFrom("pipelines")
    .where("project_id", "=", projectId)
    .where("commit_sha", "=", sha)
    .orderBy("created_at", "desc")
    .orderBy("id")
    .limit(1)
    .select(["id", "status"])
    .executeTakeFirst();
  return latest ?? null;
}
