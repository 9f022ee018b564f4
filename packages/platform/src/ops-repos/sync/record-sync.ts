import { sql } from "kysely";
import type { Queryable } from "../../db/queryable.ts";
import { findObjects } from "../../git/objects.ts";
import { changeWorkload } from "../../workloads/change-workload.ts";
import { manifestFile } from "../manifest-file.ts";
import type { OpsRepoServices } from "../ops-repo-services.ts";
import { lockOpsRepo, type OpsRepoRow } from "../queries.ts";
import { repositoryOf } from "./find-commit.ts";

/**
 * Records that an ops repo is at a commit, and has every deployment brought up to date whose manifests are others there.
 * In a transaction. Undefined when it has been set to another place since `fetched` was read, or is gone.
 */
export async function recordSync(
  db: Queryable,
  services: OpsRepoServices,
  { fetched, sha }: { readonly fetched: OpsRepoRow; readonly sha: string },
): Promise<{ readonly before: OpsRepoRow; readonly after: OpsRepoRow } | undefined> {
  const before = await lockOpsRepo(db, fetched.id, { toDelete: false });
  if (before === undefined || before.repo_url !== fetched.repo_url || before.branch !== fetched.branch)
    return undefined;
  if (before.current_sha !== sha) {
    for (const id of await changedWorkloads(db, services, { before, sha })) await changeWorkload(db, id, {});
  }
  const after = await db
    .updateTable("ops_repos")
    .where("id", "=", before.id)
    .set({ current_sha: sha, synced_at: sql<string>`now()`, sync_error: null, sync_claimed_until: null, ...nextTime })
    .returningAll()
    .executeTakeFirstOrThrow();
  return { before, after };
}

const nextTime = { sync_at: sql<string>`now() + make_interval(secs => sync_interval_s)` };

/**
 * Notes why an ops repo could not be fetched, unless it has been set to another place since; what was fetched before is
 * still used.
 */
export async function recordSyncError(
  db: Queryable,
  { id, repo_url, branch }: OpsRepoRow,
  message: string,
): Promise<void> {
  await db
    .updateTable("ops_repos")
    .where("id", "=", id)
    .where("repo_url", "=", repo_url)
    .where("branch", "=", branch)
    .set({ sync_error: message.slice(0, 1000), sync_claimed_until: null, ...nextTime })
    .execute();
}

/** Those whose file of manifests is not the same in both commits; at the first one, those that have waited for it. */
async function changedWorkloads(
  db: Queryable,
  services: OpsRepoServices,
  { before, sha }: { readonly before: OpsRepoRow; readonly sha: string },
): Promise<readonly string[]> {
  const users = await db
    .selectFrom("workloads")
    .where("ops_repo_id", "=", before.id)
    .where("removal_reason", "is", null)
    .where("desired_status", "=", "active")
    .select(["id", "manifest_path", "reason"])
    // As everybody locks several of them.
    .orderBy("id")
    .execute();
  if (before.current_sha === null) return users.filter(({ reason }) => reason === "ops_repo").map(({ id }) => id);
  if (users.length === 0) return [];
  const files = users.map(({ manifest_path }) => manifestFile(before.path, manifest_path));
  const [old, now] = await Promise.all(
    [before.current_sha, sha].map(async (commit) => {
      try {
        const repository = await repositoryOf(services, before, commit);
        return await findObjects(
          repository,
          files.map((file) => `${commit}:${file}`),
        );
      } catch {
        // The copy of the old one may be gone: what cannot be compared has changed.
        return undefined;
      }
    }),
  );
  return users.filter((_, index) => old === undefined || old[index]?.sha !== now?.[index]?.sha).map(({ id }) => id);
}

/** Leaves it to whoever looks next, without anything having become known. */
export async function dropSyncClaim(db: Queryable, { id }: OpsRepoRow): Promise<void> {
  await db.updateTable("ops_repos").where("id", "=", id).set({ sync_claimed_until: null }).execute();
}
