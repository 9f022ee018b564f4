import { Kysely, type LogEvent, PostgresDialect } from "kysely";
import type pg from "pg";
import type { DatabaseEvent } from "./database-event.ts";
import { openEmbedded } from "./embedded/open-embedded.ts";
import { openServer } from "./open-server.ts";
import { drain } from "./pool.ts";
import type { Database } from "./schema.ts";

export { DatabaseStartError } from "./database-start-error.ts";
export { DataDirectoryBusyError } from "./embedded/data-directory-busy-error.ts";
export { currentOwner } from "./embedded/ownership.ts";

export interface DatabaseConfig {
  /** DATABASE_URL: a PostgreSQL server, version 15 or newer. Undefined: the embedded one in the data directory. */
  readonly url: string | undefined;
  /** The absolute path of `.platform`. */
  readonly dataDirectory: string;
}

export interface OpenDatabase {
  readonly db: Kysely<Database>;
  readonly pool: pg.Pool;
  /** Waits a few seconds for queries under way, closes the connections, and stops a server that this process owns. */
  close(): Promise<void>;
}

export interface OpenOptions {
  /**
   * `owner` (the default) is the platform: one a data directory. `guest` is a command: it uses the running platform's
   * database, and without one owns the data directory until it closes it.
   */
  readonly mode?: "owner" | "guest";
  readonly onEvent?: (event: DatabaseEvent) => void;
  /** Told of every query that has ended. */
  readonly onQuery?: ((event: LogEvent) => void) | undefined;
}

/**
 * Opens the database. An embedded server that dies is restarted until close(); meanwhile new queries wait, and only those
 * under way fail. Rejects with DataDirectoryBusyError or DatabaseStartError, whose messages are for the user.
 */
export async function openDatabase(config: DatabaseConfig, options: OpenOptions = {}): Promise<OpenDatabase> {
  const { mode = "owner", onEvent = () => {}, onQuery } = options;
  const { pool, close } =
    config.url === undefined ? await openEmbedded(config.dataDirectory, mode, onEvent) : await openExternal(config.url);
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }), ...(onQuery && { log: onQuery }) });
  let closing: Promise<void> | undefined;
  return {
    db,
    pool,
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

async function openExternal(url: string): Promise<{ pool: pg.Pool; close(): Promise<void> }> {
  const pool = await openServer(url);
  return { pool, close: () => drain(pool) };
}
