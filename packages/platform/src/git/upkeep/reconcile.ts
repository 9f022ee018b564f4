import { stat } from "node:fs/promises";
import { sql } from "kysely";
import type { Queryable } from "../../db/queryable.ts";
import { recordRefUpdates } from "../refs/record-ref-updates.ts";
import { removeStaleLocks } from "../refs/remove-stale-locks.ts";
import type { Repositories } from "../repositories.ts";

export interface ReconcileOptions {
  readonly db: Queryable;
  readonly repositories: Repositories;
  /** Milliseconds after which the lock file of a process that cannot be seen counts as left behind. */
  readonly minimumLockAge: number;
  readonly signal?: AbortSignal;
}

/** Announcements that no push of a living platform can still make come true, in hours: a push ends long before. */
const forgottenAfterHours = 24;

/**
 * Finds out what became of pushes whose end nobody recorded, as after a crash: what landed is recorded, and locks that
 * killed git processes left are removed.
 *
 * @param olderThan seconds since they were announced; younger ones are left to the push that is still at work
 */
export async function reconcileAnnounced(options: ReconcileOptions, olderThan: number): Promise<void> {
  const { db } = options;
  const rows = await db
    .selectFrom("announced_ref_updates")
    .where("announced_at", "<=", sql<string>`now() - make_interval(secs => ${olderThan})`)
    .select("project_id")
    .distinct()
    .execute();
  await reconcileProjects(
    options,
    rows.map(({ project_id }) => project_id),
  );
  await db
    .deleteFrom("announced_ref_updates")
    .where("announced_at", "<", sql<string>`now() - make_interval(hours => ${forgottenAfterHours})`)
    .execute();
}

/** Compares every repository that has been pushed to with what is recorded of it: changes that came in no other way. */
export async function reconcileAll(options: ReconcileOptions): Promise<void> {
  const rows = await options.db
    .selectFrom("repositories")
    .innerJoin("projects", "projects.id", "repositories.project_id")
    .where("projects.is_active", "=", true)
    .select("project_id")
    .execute();
  await reconcileProjects(
    options,
    rows.map(({ project_id }) => project_id),
  );
}

async function reconcileProjects(options: ReconcileOptions, projectIds: readonly string[]): Promise<void> {
  const { db, repositories, minimumLockAge, signal } = options;
  for (const id of projectIds) {
    signal?.throwIfAborted();
    const repository = repositories.of(id);
    if ((await stat(repository.path).catch(() => undefined)) === undefined) continue;
    await removeStaleLocks(repository, minimumLockAge);
    await db.transaction().execute((transaction) => recordRefUpdates(transaction, repository, id));
  }
}
