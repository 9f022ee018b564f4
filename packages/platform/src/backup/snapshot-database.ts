import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import pg from "pg";
import { to } from "pg-copy-streams";
import { UserError } from "../user-error.ts";
import type { ArchiveWriter } from "./archive/write-archive.ts";
import { listTables, type Table } from "./list-tables.ts";
import { type Manifest, type SequenceEntry, type TableEntry, tableFile } from "./manifest.ts";
import { ownRelations } from "./own-relations.ts";
import { unlimited } from "./unlimited.ts";

export interface SnapshotProject {
  readonly id: string;
  /** `owner/name`. */
  readonly address: string;
  readonly default_branch: string;
}

export interface Snapshot extends Pick<Manifest, "migrations" | "tables" | "sequences" | "created_at"> {
  readonly projects: readonly SnapshotProject[];
}

export interface SnapshotOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (line: string) => void;
}

/**
 * Adds every table to an archive, all as of one instant: one read-only transaction that waits for nobody and for which
 * nobody waits but a migration.
 */
export async function snapshotDatabase(
  pool: pg.Pool,
  archive: ArchiveWriter,
  options: SnapshotOptions,
): Promise<Snapshot> {
  const client = await pool.connect();
  try {
    await client.query("begin isolation level repeatable read read only");
    await client.query(unlimited);
    const found = await client.query<{ at: string; migrated: boolean }>(
      "select now()::timestamptz(3) as at, to_regclass('kysely_migration') is not null as migrated",
    );
    const [start] = found.rows;
    if (start === undefined || !start.migrated)
      throw new UserError("the database holds no platform: nothing to back up");
    const migrations = await client.query<{ name: string }>("select name from kysely_migration order by name");
    const tables = await listTables(client);
    const names = tables.map(({ name }) => pg.escapeIdentifier(name)).join(", ");
    // As SELECT would one by one: a migration must not change a table that is still to come.
    await client.query(`lock table ${names} in access share mode`);
    const entries: TableEntry[] = [];
    for (const [index, table] of tables.entries()) {
      options.onProgress(`Tables: ${Math.floor((100 * index) / tables.length)}% (${table.name})`);
      entries.push(await copyTable(client, table, archive, options.signal));
    }
    options.onProgress(`Tables: ${tables.length}, done.`);
    const projects = await client.query<SnapshotProject>(
      `select projects.id, users.name || '/' || projects.name as address, default_branch
       from projects join users on users.id = owner_id order by projects.created_at, projects.id`,
    );
    const sequences = await readSequences(client);
    await client.query("commit");
    return {
      created_at: start.at,
      migrations: migrations.rows.map(({ name }) => name),
      tables: entries,
      sequences,
      projects: projects.rows,
    };
  } finally {
    // Closed, not reused: an error may have left it in the middle of a copy.
    client.release(true);
  }
}

async function copyTable(
  client: pg.ClientBase,
  { name, columns }: Table,
  archive: ArchiveWriter,
  signal: AbortSignal,
): Promise<TableEntry> {
  const list = columns.map((column) => pg.escapeIdentifier(column)).join(", ");
  const copy = client.query(to(`copy (select ${list} from ${pg.escapeIdentifier(name)}) to stdout`));
  const store = (compressed: AsyncIterable<Buffer>) => archive.add(tableFile(name), compressed);
  await pipeline(copy, createGzip({ level: 1 }), store, { signal });
  // The count comes after the last row; the answer to another query comes after both.
  await client.query("select 1");
  return { name, columns: [...columns], rows: copy.rowCount };
}

/** Sequences are in no snapshot: what they say now is at least what the rows of the snapshot have used. */
async function readSequences(client: pg.ClientBase): Promise<SequenceEntry[]> {
  const { rows } = await client.query<{ name: string }>(
    `select relname as name from pg_class where ${ownRelations} and relkind = 'S' order by relname`,
  );
  const sequences: SequenceEntry[] = [];
  for (const { name } of rows) {
    const state = await client.query<Omit<SequenceEntry, "name">>(
      `select last_value::text, is_called from ${pg.escapeIdentifier(name)}`,
    );
    for (const row of state.rows) sequences.push({ name, ...row });
  }
  return sequences;
}
