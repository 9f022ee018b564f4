import { sql } from "kysely";
import type { Queryable } from "../../db/queryable.ts";
import type { Wakeups } from "../../db/wakeups.ts";
import { repeat } from "../../repeat.ts";
import { attendRows } from "../../workers/attend-rows.ts";
import type { OpsRepoServices } from "../ops-repo-services.ts";
import type { OpsRepoRow } from "../queries.ts";
import { SyncError } from "./sync-error.ts";
import { syncOpsRepo } from "./sync-ops-repo.ts";

/** How many are fetched at the same time. */
const lanes = 2;
/** How often it is looked which are due, in milliseconds. */
const poll = 5_000;
/** Seconds that one sync may take before another platform tries: more than all its questions may take together. */
const claimSeconds = 180;
const sweepPause = 30 * 60 * 1000;

/** Keeps ops repos up to date, each as often as it says, until it is closed. */
export function startSyncing(services: OpsRepoServices, wakeups: Wakeups): { close(): Promise<void> } {
  const { db, snapshots, logger } = services;
  const onError = (error: unknown) => logger.error({ err: error }, "bringing ops repos up to date");
  const syncing = attendRows({
    ...{ wakeups, channels: ["ref_updates"], lanes, poll, onError },
    work: async (signal) => {
      for (;;) {
        const row = signal.aborted ? undefined : await claimDue(db);
        if (row === undefined) return;
        await syncOpsRepo(services, row, signal).catch((error: unknown) => {
          // Noted with the ops repo, for whoever looks after that.
          if (!(error instanceof SyncError) && !signal.aborted) onError(error);
        });
      }
    },
  });
  const stopping = new AbortController();
  const sweeping = repeat(async () => snapshots.sweep(await currentCommits(db)), {
    pause: sweepPause,
    signal: stopping.signal,
    onError,
  });
  return {
    close: async () => {
      stopping.abort();
      await Promise.all([syncing.close(), sweeping]);
    },
  };
}

/**
 * Takes one that is due: its time has come, or it is a project of this platform to which something was pushed. Whoever
 * takes it is the only one to fetch it, until that has ended or has taken too long.
 */
export async function claimDue(db: Queryable): Promise<OpsRepoRow | undefined> {
  const isFree = sql`(sync_claimed_until is null or sync_claimed_until < now())`;
  const isPushed = sql`sync_error is null and exists (
    select from projects
    join users on users.id = projects.owner_id
    join recorded_refs on recorded_refs.project_id = projects.id
    where repo_url = 'project:' || users.name || '/' || projects.name and projects.is_active
      and recorded_refs.ref = 'refs/heads/' || ops_repos.branch and recorded_refs.sha <> ops_repos.current_sha
  )`;
  const { rows } = await sql<OpsRepoRow>`
    update ops_repos set sync_claimed_until = now() + make_interval(secs => ${claimSeconds}),
      sync_at = now() + make_interval(secs => sync_interval_s)
    where id = (
      select id from ops_repos where ${isFree} and (sync_at <= now() or ${isPushed})
      order by sync_at limit 1 for no key update skip locked
    ) and ${isFree}
    returning *`.execute(db);
  return rows[0];
}

async function currentCommits(db: Queryable): Promise<ReadonlyMap<string, string | null>> {
  const rows = await db.selectFrom("ops_repos").select(["id", "current_sha"]).execute();
  return new Map(rows.map(({ id, current_sha }) => [id, current_sha]));
}
