import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import type { PlatformConfig } from "../config.ts";
import { Claims } from "../db/claims.ts";
import { openBeside } from "../db/open-beside.ts";
import type { Wakeups } from "../db/wakeups.ts";
import type { OwnTelemetry } from "../observe/own/own-telemetry.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { Store } from "../store.ts";
import { startCleaning } from "../workers/start-cleaning.ts";
import type { ReconcileServices } from "./reconcile/reconcile-services.ts";
import { startReconciler } from "./reconcile/start-reconciler.ts";
import { wantedIn } from "./reconcile/wanted-in.ts";

export interface WorkloadsOptions {
  readonly config: Pick<PlatformConfig, "databaseUrl">;
  readonly store: Pick<Store, "db" | "pool" | "repositories" | "masterKey">;
  readonly runtime: Pick<Runtime, "workloads" | "cleanUp">;
  readonly wakeups: Wakeups;
  readonly manifestsOf: ReconcileServices["manifestsOf"];
  readonly telemetry: Pick<OwnTelemetry, "settingsFor">;
  readonly logger: Pick<Logger, "error" | "warn">;
  /** How long the claim on a workload lasts unless it is extended, in milliseconds. */
  readonly lease: number;
}

/** One, and others for when the other end of that has vanished. */
const claimConnections = 3;
/** How many workloads it does something about at the same time. */
const most = 8;

/**
 * Keeps deployments and previews running as they should be, and removes what runs for none, until it is closed: then what
 * can only run within this process is ended.
 */
export async function startWorkloads(options: WorkloadsOptions): Promise<{ close(): Promise<void> }> {
  const { config, store, runtime, wakeups, logger, lease, manifestsOf, telemetry } = options;
  const { db, pool, repositories, masterKey } = store;
  const { workloads } = runtime;
  // The database in a data directory is used by one platform at a time.
  const isAlone = config.databaseUrl === undefined;
  const own = openBeside(pool, claimConnections);
  const reconciler = startReconciler({
    ...{ db, claimsDb: own.db, repositories, masterKey, workloads, manifestsOf, wakeups, logger, most, telemetry },
    claims: new Claims({ table: "workloads", claimant: randomUUID(), lease, isAlone }),
    cleanUp: () => runtime.cleanUp(),
  });
  const cleaning = startCleaning([["what runs for no workload", () => workloads.removeOrphans(wantedIn(db))]], logger);
  return {
    close: async () => {
      await Promise.all([reconciler.close(), cleaning.close()]);
      await workloads.close();
      await own.close();
    },
  };
}
