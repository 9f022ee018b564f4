import { type Insertable, type Selectable, sql } from "kysely";
import { naming } from "../db/conflicts.ts";
import type { Queryable } from "../db/queryable.ts";
import type { OpsReposTable } from "../db/schema.ts";
import type { given } from "../given.ts";

export type OpsRepoRow = Selectable<OpsReposTable>;

/** What may be changed of one; its name stays. */
type Change = Pick<Insertable<OpsReposTable>, "repo_url" | "branch" | "path" | "sync_interval_s">;

const shown = [
  ...(["id", "name", "repo_url", "branch", "path", "sync_interval_s", "created_at"] as const),
  ...(["current_sha", "synced_at", "sync_error"] as const),
] as const;

/** An ops repo as the API shows it. */
export type OpsRepoView = Pick<OpsRepoRow, (typeof shown)[number]>;

/** Without what is only for whoever fetches it. */
export function viewOf({ sync_at: _at, sync_claimed_until: _until, ...view }: OpsRepoRow): OpsRepoView {
  return view;
}

export async function listOpsRepos(db: Queryable, page: { limit: number; offset: number }): Promise<OpsRepoView[]> {
  return await db.selectFrom("ops_repos").select(shown).orderBy("name").limit(page.limit).offset(page.offset).execute();
}

export async function findOpsRepo(db: Queryable, id: string): Promise<OpsRepoRow | undefined> {
  return await db.selectFrom("ops_repos").where("id", "=", id).selectAll().executeTakeFirst();
}

/**
 * The same for whoever is about to change or delete it: nobody else does until the transaction ends. Of one that is to be
 * deleted, no deployment begins to be made from it either.
 */
export async function lockOpsRepo(
  db: Queryable,
  id: string,
  { toDelete }: { readonly toDelete: boolean },
): Promise<OpsRepoRow | undefined> {
  const query = db.selectFrom("ops_repos").where("id", "=", id).selectAll();
  return await (toDelete ? query.forUpdate() : query.forNoKeyUpdate()).executeTakeFirst();
}

/** @throws Problem 409 when there is one of that name */
export async function insertOpsRepo(db: Queryable, wanted: Change & { readonly name: string }): Promise<OpsRepoRow> {
  const conflicts = { ops_repos_name_key: `there is an ops repo called ${wanted.name} already` };
  return await naming(conflicts, db.insertInto("ops_repos").values(wanted).returningAll().executeTakeFirstOrThrow());
}

/** Changes one that is there. When it is another place from now on, nothing is known of that yet. */
export async function updateOpsRepo(
  db: Queryable,
  id: string,
  change: ReturnType<typeof given<Change>>,
  { isMoved }: { readonly isMoved: boolean },
): Promise<OpsRepoRow> {
  const unknown = { current_sha: null, synced_at: null, sync_error: null, sync_claimed_until: null };
  return await db
    .updateTable("ops_repos")
    .where("id", "=", id)
    .set({ ...change, sync_at: sql<string>`now()`, ...(isMoved && unknown) })
    .returningAll()
    .executeTakeFirstOrThrow();
}

export async function deleteOpsRepo(db: Queryable, id: string): Promise<void> {
  await db.deleteFrom("ops_repos").where("id", "=", id).execute();
}

/** A workload whose manifests are in an ops repo, and what people call it. */
export interface OpsRepoUser {
  readonly id: string;
  /** `owner/project production`. */
  readonly name: string;
  /** Neither stopped nor being removed. */
  readonly isActive: boolean;
}

/** What uses an ops repo, by its name. */
export async function usersOf(db: Queryable, opsRepoId: string): Promise<readonly OpsRepoUser[]> {
  return await db
    .selectFrom("workloads")
    .innerJoin("projects", "projects.id", "workloads.project_id")
    .innerJoin("users", "users.id", "projects.owner_id")
    .where("ops_repo_id", "=", opsRepoId)
    .select("workloads.id")
    .select(sql<string>`users.name || '/' || projects.name || ' ' || workloads.label`.as("name"))
    .select(sql<boolean>`desired_status = 'active' and removal_reason is null`.as("isActive"))
    .orderBy("workloads.id")
    .execute();
}
