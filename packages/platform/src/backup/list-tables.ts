import type pg from "pg";
import { ownRelations } from "./own-relations.ts";

export interface Table {
  readonly name: string;
  /** Those that hold data of their own, in their order. */
  readonly columns: readonly string[];
}

/** The migrations' own tables: what they say is in the manifest, and restoring makes them anew. */
const migrationTables = ["kysely_migration", "kysely_migration_lock"];

/** Logs, spans and metrics: far more than all the rest, and gone by themselves within days. */
const telemetryTables = "telemetry\\_%";

/**
 * The tables of the connection's schema that outlive a crash of the server, but those of telemetry, each after those that
 * its rows refer to. They are found in the catalogue, so that a table that a later migration adds is in every backup.
 */
export async function listTables(client: pg.ClientBase): Promise<readonly Table[]> {
  const tables = await client.query<Table>(
    `select relname as name, array(
       select attname::text from pg_attribute
       where attrelid = pg_class.oid and attnum > 0 and not attisdropped and attgenerated = '' order by attnum
     ) as columns
     from pg_class
     where ${ownRelations} and relkind in ('r', 'p') and not relispartition
       and relpersistence = 'p' and relname <> all ($1) and relname not like $2
     order by relname`,
    [migrationTables, telemetryTables],
  );
  const references = await client.query<{ table: string; target: string }>(
    `select c.relname as table, t.relname as target
     from pg_constraint join pg_class c on c.oid = conrelid join pg_class t on t.oid = confrelid
     where contype = 'f' and connamespace = current_schema()::regnamespace and conrelid <> confrelid`,
  );
  return inOrder(tables.rows, references.rows);
}

function inOrder(
  tables: readonly Table[],
  references: readonly { readonly table: string; readonly target: string }[],
): readonly Table[] {
  const ordered: Table[] = [];
  let left = tables;
  while (left.length > 0) {
    const names = new Set(left.map(({ name }) => name));
    const waiting = new Set(references.filter(({ target }) => names.has(target)).map(({ table }) => table));
    const ready = left.filter(({ name }) => !waiting.has(name));
    if (ready.length === 0) throw new Error(`tables refer to one another in a circle: ${[...names].join(", ")}`);
    ordered.push(...ready);
    left = left.filter(({ name }) => waiting.has(name));
  }
  return ordered;
}
