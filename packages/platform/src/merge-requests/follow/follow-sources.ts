import { sql } from "kysely";
import type { Queryable } from "../../db/queryable.ts";
import type { RefUpdate } from "../../git/refs/ref-update.ts";
import type { Repository } from "../../git/repository.ts";
import { keepHeads } from "../keep-heads.ts";

/**
 * Notes the new heads of open merge requests whose source branch has moved. Of one that was deleted, the last head stays.
 */
export async function followSources(
  db: Queryable,
  repository: Repository,
  projectId: string,
  updates: readonly RefUpdate[],
): Promise<void> {
  // The last of several changes of a branch wins.
  const tips = new Map(updates.map(({ ref, newSha }) => [ref.slice("refs/heads/".length), newSha]));
  const open = await db
    .selectFrom("merge_requests")
    .where("project_id", "=", projectId)
    .where("status", "=", "open")
    .where(sql<boolean>`source_branch = any(${[...tips.keys()]}::text[])`)
    .select(["id", "number", "source_branch"])
    .execute();
  const moved = open.flatMap(({ id, number, source_branch }) => {
    const sha = tips.get(source_branch);
    return sha == null ? [] : [{ id, number, sha }];
  });
  if (moved.length === 0) return;
  await keepHeads(repository, moved);
  for (const { id, sha } of moved) {
    await db.updateTable("merge_requests").set({ head_sha: sha }).where("id", "=", id).execute();
  }
}
