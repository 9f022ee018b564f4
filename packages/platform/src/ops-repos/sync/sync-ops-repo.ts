import type { OpsRepoServices } from "../ops-repo-services.ts";
import type { OpsRepoRow } from "../queries.ts";
import { findCommit } from "./find-commit.ts";
import { dropSyncClaim, recordSync, recordSyncError } from "./record-sync.ts";
import { SyncError } from "./sync-error.ts";

/**
 * Brings an ops repo up to date, and all that is deployed from it. Gives it as it is then; undefined when it has become
 * another one in the meantime. What goes wrong is noted with it. @throws SyncError
 */
export async function syncOpsRepo(
  services: OpsRepoServices,
  row: OpsRepoRow,
  signal?: AbortSignal,
): Promise<OpsRepoRow | undefined> {
  try {
    const sha = await findCommit(services, row, signal);
    const recorded = await services.db.transaction().execute((db) => recordSync(db, services, { fetched: row, sha }));
    return recorded?.after;
  } catch (error) {
    if (error instanceof SyncError) await recordSyncError(services.db, row, error.message);
    else await dropSyncClaim(services.db, row).catch(() => {});
    throw error;
  }
}
