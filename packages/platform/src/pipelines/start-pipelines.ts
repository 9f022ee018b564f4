import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import type { PlatformConfig } from "../config.ts";
import { Claims } from "../db/claims.ts";
import { openBeside } from "../db/open-beside.ts";
import type { Wakeups } from "../db/wakeups.ts";
import type { OwnTelemetry } from "../observe/own/own-telemetry.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { Store } from "../store.ts";
import type { ArtifactStore } from "./artifacts/artifact-store.ts";
import type { LogStore } from "./logs/log-store.ts";
import { startTriggers } from "./trigger/start-triggers.ts";
import { startWorker } from "./work/start-worker.ts";

export interface PipelinesOptions {
  readonly config: PlatformConfig;
  readonly store: Store;
  readonly runtime: Runtime;
  readonly wakeups: Wakeups;
  readonly logs: LogStore;
  readonly artifacts: ArtifactStore;
  readonly telemetry: OwnTelemetry;
  readonly logger: Logger;
  /** How long the claim on a step lasts unless it is extended, in milliseconds. */
  readonly lease: number;
}

/** One, and others for when the other end of that has vanished. */
const claimConnections = 3;

/**
 * Starts pipelines for what is pushed and runs their steps, until it is closed: then no more is started, and what runs is
 * ended.
 */
export async function startPipelines(options: PipelinesOptions): Promise<{ close(): Promise<void> }> {
  const { config, store, runtime, wakeups, logs, artifacts, telemetry, logger, lease } = options;
  const { db, pool, repositories, masterKey } = store;
  const { maxSteps, maxLogBytes, databaseUrl, registry } = config;
  // The database in a data directory is used by one platform at a time.
  const isAlone = databaseUrl === undefined;
  const claims = new Claims({ table: "pipeline_steps", claimant: randomUUID(), lease, isAlone });
  const own = openBeside(pool, claimConnections);
  const worker = startWorker({
    claimsDb: own.db,
    ...{
      db,
      repositories,
      masterKey,
      runtime,
      claims,
      logs,
      artifacts,
      wakeups,
      logger,
      maxSteps,
      maxLogBytes,
      registry,
      telemetry,
    },
  });
  const triggers = startTriggers({ db, repositories, wakeups, logger });
  return {
    close: async () => {
      await Promise.all([triggers.close(), worker.close()]);
      await own.close();
    },
  };
}
