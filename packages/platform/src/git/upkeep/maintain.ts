import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "kysely";
import type { Queryable } from "../../db/queryable.ts";
import { readGit } from "../git.ts";
import type { Repositories } from "../repositories.ts";
import type { Repository } from "../repository.ts";
import { removeLeftovers } from "./remove-leftovers.ts";

export interface MaintainOptions {
  readonly db: Queryable;
  readonly repositories: Repositories;
  readonly signal?: AbortSignal;
}

/** How long one repository may take, in minutes; its lease is a little longer, so that nobody starts beside it. */
const limitMinutes = 110;
const leaseMinutes = 120;
/** How long a repository that could not be maintained is left alone. */
const retryMinutes = 60;

/** What every repository gets within an hour after it changed: fast history, few packs, few loose refs. */
const light = ["maintenance", "run", "--task=pack-refs", "--task=loose-objects", "--task=commit-graph"];
const fewerPacks = ["maintenance", "run", "--task=incremental-repack"];
/** What it gets once a week: one pack, and what nothing has named for two weeks gone. Sooner, a push could lose it. */
const full = ["gc", "--quiet", "--cruft", "--prune=2.weeks.ago"];
const settings = { "gc.pruneExpire": "2.weeks.ago", "pack.threads": "1" };

interface Lease {
  readonly projectId: string;
  readonly until: string;
  readonly isFull: boolean;
}

/**
 * Maintains the repository that has waited longest, if one is due, while no other platform maintains it.
 * False when none is due. @throws the reason when it could not be done; it is tried again in an hour
 */
export async function maintainNext({ db, repositories, signal }: MaintainOptions): Promise<boolean> {
  const lease = await claim(db);
  if (lease === undefined) return false;
  try {
    await maintain(repositories.of(lease.projectId), lease.isFull, signal);
  } catch (error) {
    await held(db, lease)
      .set({ maintenance_until: sql<string>`now() + make_interval(mins => ${retryMinutes})` })
      .execute();
    throw error;
  }
  // When it began: what has changed meanwhile is due again.
  const begun = sql<string>`maintenance_until - make_interval(mins => ${leaseMinutes})`;
  await held(db, lease)
    .set({ maintenance_until: null, maintained_at: begun, ...(lease.isFull && { repacked_at: begun }) })
    .execute();
  return true;
}

/** Does to one repository what is due, and removes what killed processes left in it. */
export async function maintain(repository: Repository, isFull: boolean, signal?: AbortSignal): Promise<void> {
  await removeLeftovers(repository);
  const options = { repository, settings, signal, timeout: limitMinutes * 60_000, stopSignal: "SIGTERM" } as const;
  if (isFull) return void (await readGit(full, options));
  await readGit(light, options);
  // Which fails where there is no pack at all.
  if (await hasPacks(repository)) await readGit(fewerPacks, options);
}

async function hasPacks({ path }: Repository): Promise<boolean> {
  return (await readdir(join(path, "objects", "pack"))).some((name) => name.endsWith(".pack"));
}

async function claim(db: Queryable): Promise<Lease | undefined> {
  const due = db
    .selectFrom("repositories")
    .innerJoin("projects", "projects.id", "repositories.project_id")
    .where("projects.is_active", "=", true)
    .where((eb) => eb.or([eb("maintenance_until", "is", null), eb("maintenance_until", "<", sql<string>`now()`)]))
    .where((eb) =>
      eb.or([
        eb("maintained_at", "is", null),
        eb.and([
          eb("maintained_at", "<", sql<string>`now() - interval '1 hour'`),
          eb("maintained_at", "<", eb.ref("changed_at")),
        ]),
      ]),
    )
    .orderBy("changed_at")
    .limit(1)
    .forUpdate("repositories")
    .skipLocked()
    .select("repositories.project_id");
  const row = await db
    .updateTable("repositories")
    .set({ maintenance_until: sql<string>`now() + make_interval(mins => ${leaseMinutes})` })
    .where("project_id", "=", (eb) => eb.selectFrom(due.as("due")).select("due.project_id"))
    .returning([
      "project_id as projectId",
      "maintenance_until as until",
      sql<boolean>`coalesce(repacked_at, changed_at) < now() - interval '7 days'`.as("isFull"),
    ])
    .executeTakeFirst();
  return row === undefined || row.until === null ? undefined : { ...row, until: row.until };
}

/** The leased row, unless the lease has run out and it is somebody else's. */
function held(db: Queryable, { projectId, until }: Lease) {
  return db.updateTable("repositories").where("project_id", "=", projectId).where("maintenance_until", "=", until);
}
