import { readdir, rm } from "node:fs/promises";
import { sql } from "kysely";
import type { Queryable } from "../../db/queryable.ts";
import type { Repositories } from "../repositories.ts";

/** How long the repository of a deleted project stays on the disk, in days. */
export const keptAfterDeletionDays = 14;

/**
 * Removes the repositories of projects that were deleted long enough ago. Only what a row says is deleted goes: beside a
 * database that knows nothing of these repositories, they all stay. Gives the projects' ids.
 */
export async function removeDeletedRepositories(db: Queryable, repositories: Repositories): Promise<readonly string[]> {
  const names = await readdir(repositories.directory).catch(() => []);
  const ids = names.flatMap((name) => /^([0-9a-f-]{36})\.git$/.exec(name)?.[1] ?? []);
  if (ids.length === 0) return [];
  const rows = await db
    .selectFrom("projects")
    .where(sql<boolean>`id = any(${ids}::uuid[])`)
    .where("is_active", "=", false)
    .where("deleted_at", "<", sql<string>`now() - make_interval(days => ${keptAfterDeletionDays})`)
    .select("id")
    .execute();
  const removed = rows.map(({ id }) => id);
  for (const id of removed) await rm(repositories.of(id).path, { recursive: true, force: true });
  return removed;
}
