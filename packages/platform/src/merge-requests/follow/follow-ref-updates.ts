import type { Queryable } from "../../db/queryable.ts";
import type { RefUpdate } from "../../git/refs/ref-update.ts";
import type { Repository } from "../../git/repository.ts";
import { followSources } from "./follow-sources.ts";
import { followTargets } from "./follow-targets.ts";
import { settleAttempts } from "./settle-attempts.ts";

/**
 * What changes of branches mean for a project's merge requests: a merge that has happened, a new head, a head that has
 * come into its target by a push. In the transaction that records the changes, which holds the repository's lock: so
 * whatever dies when, each is followed once, and a merge request is merged in the database when it is in git.
 */
export async function followRefUpdates(
  db: Queryable,
  repository: Repository,
  projectId: string,
  updates: readonly RefUpdate[],
): Promise<void> {
  const ofBranches = updates.filter(({ ref }) => ref.startsWith("refs/heads/"));
  if (ofBranches.length === 0) return;
  // In this order: a merge took the head that it knew, and what a push brings is compared with the heads after it.
  await settleAttempts(db, repository, projectId, ofBranches);
  await followSources(db, repository, projectId, ofBranches);
  await followTargets(db, repository, projectId, ofBranches);
}
