import type { Queryable } from "../../db/queryable.ts";
import { branchSlug } from "./branch-slug.ts";
import { maxLabel } from "./max-label.ts";
import { reservedSlugs } from "./preview-label.ts";
import { suffixed } from "./suffixed.ts";

/** Digits of the hash of a branch's name that tell it apart; more only when that is another branch's name. */
const suffixes = [6, 12, 24, 48];

/**
 * The slug of a branch in its project: always the same one, and never one that another branch has or has had, so that an
 * address which somebody keeps does not come to show something else. Must be in a transaction that has locked the project.
 */
export async function chooseSlug(db: Queryable, projectId: string, branch: string): Promise<string> {
  const former = await formerSlug(db, projectId, branch);
  if (former !== undefined) return former;
  const slug = branchSlug(branch);
  const candidates = [slug, ...suffixes.map((digits) => suffixed(slug, branch, { digits, length: maxLabel }))];
  const taken = await slugsAmong(db, projectId, candidates);
  const free = candidates.find((candidate) => !reservedSlugs.has(candidate) && !taken.has(candidate));
  if (free === undefined) throw new Error(`every name for the branch ${branch} is taken`);
  return free;
}

async function formerSlug(db: Queryable, projectId: string, branch: string): Promise<string | undefined> {
  for (const table of ["workloads", "workload_history"] as const) {
    const found = await db
      .selectFrom(table)
      .where("project_id", "=", projectId)
      .where("branch", "=", branch)
      .where("branch_slug", "is not", null)
      .select("branch_slug")
      .limit(1)
      .executeTakeFirst();
    if (found?.branch_slug) return found.branch_slug;
  }
  return undefined;
}

async function slugsAmong(db: Queryable, projectId: string, slugs: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await db
    .selectFrom("workloads")
    .where("project_id", "=", projectId)
    .where("branch_slug", "in", slugs)
    .select("branch_slug")
    .union(
      db
        .selectFrom("workload_history")
        .where("project_id", "=", projectId)
        .where("branch_slug", "in", slugs)
        .select("branch_slug"),
    )
    .execute();
  return new Set(rows.flatMap(({ branch_slug }) => branch_slug ?? []));
}
