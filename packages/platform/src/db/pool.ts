import { setTimeout as delay } from "node:timers/promises";
import type pg from "pg";
import { typeParsers } from "./type-parsers.ts";

/** A pool's settings with what every connection of the platform has in common: row types, UTC, a name. */
export function poolConfig(config: pg.PoolConfig): pg.PoolConfig {
  return {
    application_name: "platform",
    connectionTimeoutMillis: 30_000,
    ...config,
    types: typeParsers,
    // By statement and not by start-up option: connection poolers refuse the latter.
    onConnect: async (client) => {
      await client.query("SET timezone TO 'UTC'; SET datestyle TO 'ISO'");
    },
  };
}

/**
 * Keeps the loss of a connection from ending the process: pg emits `error` on the pool for an idle connection and on the
 * client for one that is checked out but between two queries. Its next query fails, which is where it belongs.
 */
export function surviveLostConnections<P extends pg.Pool>(pool: P): P {
  pool.on("error", () => {});
  pool.on("connect", (client) => client.on("error", () => {}));
  return pool;
}

/** How long a closing pool waits for the queries under way, in milliseconds. */
const DRAIN = 3_000;

/** Closes the pool once its connections have been given back, or without those that are not given back in time. */
export async function drain(pool: pg.Pool): Promise<void> {
  if (!pool.ending) {
    await Promise.race([pool.end(), delay(DRAIN, undefined, { ref: false })]);
  }
}
