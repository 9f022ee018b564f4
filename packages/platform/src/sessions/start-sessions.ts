import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import type { PlatformConfig } from "../config.ts";
import { Claims } from "../db/claims.ts";
import { openBeside } from "../db/open-beside.ts";
import type { Wakeups } from "../db/wakeups.ts";
import type { OwnTelemetry } from "../observe/own/own-telemetry.ts";
import type { LogStore } from "../pipelines/logs/log-store.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { Store } from "../store.ts";
import { startCleaning } from "../workers/start-cleaning.ts";
import { cleanUpSessions, isWanted } from "./work/clean-up.ts";
import { startSessionWorker } from "./work/session-worker.ts";

export interface SessionsOptions {
  readonly config: PlatformConfig;
  readonly store: Store;
  readonly runtime: Runtime;
  readonly wakeups: Wakeups;
  readonly logs: LogStore;
  readonly telemetry: OwnTelemetry;
  readonly logger: Logger;
  /** How long the claim on a session lasts unless it is extended, in milliseconds. */
  readonly lease: number;
}

/** One, and others for when the other end of that has vanished. */
const claimConnections = 3;
/** How long agents that end with this process may save their work when it closes, in milliseconds. */
const closingGrace = 20_000;
/** How long a session waits, when it could not be started, before that is tried again, in milliseconds. */
const retryPause = 10_000;

/**
 * Runs the sessions of agents, and removes what is left of sessions and steps that nobody looks after, until it is
 * closed: then agents go on where they can without this process; otherwise they are stopped.
 */
export async function startSessions(options: SessionsOptions): Promise<{ close(): Promise<void> }> {
  const { config, store, runtime, wakeups, logs, telemetry, logger, lease } = options;
  const { db, pool, masterKey } = store;
  const { maxSessions, maxLogBytes, agentEnvironment, databaseUrl } = config;
  // The database in a data directory is used by one platform at a time.
  const claims = new Claims({
    ...{ table: "agent_sessions", claimant: randomUUID(), lease },
    isAlone: databaseUrl === undefined,
  });
  const own = openBeside(pool, claimConnections);
  const worker =
    maxSessions === 0
      ? undefined
      : startSessionWorker({
          ...{ db, claimsDb: own.db, masterKey, runtime, claims, logs, telemetry, wakeups, logger },
          ...{ maxSessions, maxLogBytes, agentEnvironment, closingGrace, retryPause },
        });
  const cleaning = startCleaning(
    [
      ["sessions", () => cleanUpSessions(db)],
      ["what runs for nobody", () => runtime.removeOrphans((run) => isWanted(db, run))],
    ],
    logger,
  );
  return {
    close: async () => {
      await Promise.all([worker?.close(), cleaning.close()]);
      await own.close();
    },
  };
}
