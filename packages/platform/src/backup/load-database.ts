import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import { from } from "pg-copy-streams";
import { migrate } from "../db/migrate.ts";
import { migrations } from "../db/migrations/index.ts";
import type { Database } from "../db/schema.ts";
import { UserError } from "../user-error.ts";
import type { Archive } from "./archive/open-archive.ts";
import { listTables } from "./list-tables.ts";
import { type Manifest, type TableEntry, tableFile } from "./manifest.ts";
import { unlimited } from "./unlimited.ts";

export interface LoadOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (line: string) => void;
  /** Called when all is loaded, before it can be seen: an error here leaves the database as empty as it was. */
  readonly beforeCommit: () => Promise<void>;
}

/** @throws UserError for a backup of a schema that this version does not know */
export function requireKnownSchema({ migrations: applied, platform_version }: Manifest): void {
  const unknown = applied.filter((name) => migrations[name] === undefined);
  if (unknown.length > 0) {
    throw new UserError(
      `the backup was made by a newer platform (${platform_version}; its schema has ${unknown.join(", ")}): restore it with that version`,
    );
  }
}

/**
 * Fills an empty database from a backup, in one transaction: the schema as it was, its rows as they were (the schema's
 * own triggers do not fire), then the migrations since.
 */
export async function loadDatabase(
  pool: pg.Pool,
  archive: Archive,
  manifest: Manifest,
  options: LoadOptions,
): Promise<void> {
  const client = await pool.connect();
  await onConnection(client)
    .transaction()
    .execute(async (transaction) => {
      await client.query(unlimited);
      const applied = manifest.migrations.map((name) => [name, migrations[name]]);
      await migrate(transaction, Object.fromEntries(applied));
      await load(client, archive, manifest, options);
      await migrate(transaction);
      await options.beforeCommit();
    });
}

/** Kysely on one connection, for a transaction in which there is copying, too; it gives the connection back after it. */
function onConnection(client: pg.PoolClient): Kysely<Database> {
  const pool = { connect: async () => client, end: async () => {}, options: {} };
  return new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
}

async function load(client: pg.PoolClient, archive: Archive, manifest: Manifest, options: LoadOptions): Promise<void> {
  const tables = await listTables(client);
  const entries = new Map(manifest.tables.map((entry) => [entry.name, entry]));
  const odd = [...new Set([...entries.keys(), ...tables.map(({ name }) => name)])].filter(
    (name) => !entries.has(name) || !tables.some((table) => table.name === name),
  );
  if (odd.length > 0) throw new UserError(`the backup does not fit its own schema: ${odd.join(", ")}`);
  const names = tables.map(({ name }) => pg.escapeIdentifier(name));
  // Only the schema's own triggers: foreign keys are checked, and that is all an ordinary owner is allowed to switch.
  for (const name of names) await client.query(`alter table ${name} disable trigger user`);
  // What migrations themselves put there is in the backup too, as it had become.
  await client.query(`truncate ${names.join(", ")}`);
  for (const [index, { name }] of tables.entries()) {
    options.onProgress(`Loading tables: ${Math.floor((100 * index) / tables.length)}% (${name})`);
    const entry = entries.get(name);
    if (entry !== undefined) await copyTable(client, archive, entry, options.signal);
  }
  for (const name of names) await client.query(`alter table ${name} enable trigger user`);
  for (const { name, last_value, is_called } of manifest.sequences) {
    await client.query("select setval($1::regclass, $2, $3)", [pg.escapeIdentifier(name), last_value, is_called]);
  }
  options.onProgress(`Loading tables: ${tables.length}, done.`);
}

async function copyTable(client: pg.PoolClient, archive: Archive, entry: TableEntry, signal: AbortSignal) {
  const columns = entry.columns.map((column) => pg.escapeIdentifier(column)).join(", ");
  const copy = client.query(from(`copy ${pg.escapeIdentifier(entry.name)} (${columns}) from stdin`));
  await pipeline(Readable.from(archive.read(tableFile(entry.name))), createGunzip(), copy, { signal });
  if (copy.rowCount !== entry.rows) {
    throw new UserError(`${entry.name} should have ${entry.rows} rows and has ${copy.rowCount}`);
  }
}
