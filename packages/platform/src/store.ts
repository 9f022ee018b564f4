import type pg from "pg";
import type { Logger } from "pino";
import { bootstrapAccess } from "./access/bootstrap.ts";
import { refuseUnfinishedRestore } from "./backup/unfinished-restore.ts";
import type { PlatformConfig } from "./config.ts";
import { migrate } from "./db/migrate.ts";
import { type OpenOptions, openDatabase } from "./db/open.ts";
import type { Queryable } from "./db/queryable.ts";
import { findGit } from "./git/find-git.ts";
import { type Repositories, repositoriesIn } from "./git/repositories.ts";
import { type MasterKey, openMasterKey } from "./secrets/master-key.ts";

/** An open, migrated database and the repositories beside it: what commands work on, with or without a server. */
export interface Store {
  readonly db: Queryable;
  readonly pool: pg.Pool;
  readonly repositories: Repositories;
  readonly masterKey: MasterKey;
  close(): Promise<void>;
}

interface StoreOptions {
  readonly mode: "owner" | "guest";
  readonly logger: Logger;
  readonly onQuery?: OpenOptions["onQuery"];
}

/** Opens what the platform keeps, and brings it up to date. @throws UserError when it cannot be opened. */
export async function openStore(config: PlatformConfig, { mode, logger, onQuery }: StoreOptions): Promise<Store> {
  await findGit();
  await refuseUnfinishedRestore(config);
  const database = await openDatabase(
    { url: config.databaseUrl, dataDirectory: config.dataDirectory },
    { mode, onQuery, onEvent: ({ kind, detail }) => logger.info({ database: kind }, detail) },
  );
  try {
    for (const name of await migrate(database.db)) logger.info({ migration: name }, "migrated the database");
    await bootstrapAccess(database.db);
    const { db, pool, close } = database;
    const masterKey = await openMasterKey(config, db);
    return { db, pool, repositories: repositoriesIn(config.dataDirectory), masterKey, close };
  } catch (error) {
    await database.close();
    throw error;
  }
}
