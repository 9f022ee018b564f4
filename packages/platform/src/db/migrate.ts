import type { Kysely } from "kysely";
import { type Migration, Migrator } from "kysely/migration";
import { migrations } from "./migrations/index.ts";
import type { Database } from "./schema.ts";

/**
 * Brings the schema up to date, or to where an older version of the platform had it. Processes that start together wait for one another: Kysely holds a PostgreSQL advisory
 * lock while it looks and migrates. @throws Error naming the migration that failed; nothing of it stays.
 */
export async function migrate(
  db: Kysely<Database>,
  wanted: Readonly<Record<string, Migration>> = migrations,
): Promise<readonly string[]> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...wanted }) } });
  const { error, results = [] } = await migrator.migrateToLatest();
  if (error !== undefined) {
    const failed = results.find(({ status }) => status === "Error")?.migrationName;
    throw new Error(
      `the database could not be migrated${failed === undefined ? "" : ` (${failed})`}: ${String(error)}`,
      { cause: error },
    );
  }
  return results.map(({ migrationName }) => migrationName);
}
