import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { poolConfig, surviveLostConnections } from "../pool.ts";
import { errorCode } from "./files.ts";

type ConnectCallback = Parameters<pg.Pool["connect"]>[0];

/** How long a caller waits for a server that is being restarted, in milliseconds. */
const PATIENCE = 15_000;

/** Opens a pool of at most so many connections that outlives its server's restarts. */
export function openPatientPool(connection: pg.PoolConfig, max: number): pg.Pool {
  return surviveLostConnections(new PatientPool(poolConfig({ ...connection, max })));
}

/**
 * A pool that waits while its server is restarted: only queries that were under way fail. Nothing has been sent when a
 * connection cannot be opened, so trying again is safe.
 */
class PatientPool extends pg.Pool {
  override connect(): Promise<pg.PoolClient>;
  override connect(callback: ConnectCallback): void;
  override connect(callback?: ConnectCallback): Promise<pg.PoolClient> | undefined {
    const connecting = this.#connect();
    if (callback === undefined) {
      return connecting;
    }
    connecting.then(
      (client) => callback(undefined, client, client.release),
      (error) => callback(error, undefined, () => {}),
    );
    return undefined;
  }

  async #connect(): Promise<pg.PoolClient> {
    const deadline = performance.now() + PATIENCE;
    for (;;) {
      try {
        return await super.connect();
      } catch (error) {
        if (!isPassing(error) || this.ending || performance.now() > deadline) {
          throw error;
        }
      }
      await delay(20);
    }
  }
}

const PASSING = new Set([
  // No socket, nobody listening, or the server died during the handshake.
  "ENOENT",
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  // PostgreSQL: cannot_connect_now (starting, recovering), admin_shutdown, crash_shutdown.
  "57P03",
  "57P01",
  "57P02",
]);

function isPassing(error: unknown): boolean {
  const code = errorCode(error);
  // pg gives no code to a connection that closed during the handshake.
  return code === undefined
    ? error instanceof Error && error.message.startsWith("Connection terminated unexpectedly")
    : PASSING.has(code);
}
