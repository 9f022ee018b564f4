import type pg from "pg";
import { listPartitions } from "./drop-old.ts";
import { partitionName } from "./partitions.ts";

/**
 * Bytes of a day of logs from which on an index of its text is worth its upkeep: a smaller one is searched as fast
 * without. Writing to a day with the index takes about eight times as long.
 */
const worthwhile = 32 * 1024 ** 2;

/** Whether the database has, or can have, the extension by which parts of texts are found; undefined before it was asked. */
export async function hasTrigrams(client: pg.ClientBase): Promise<boolean> {
  const found = await client.query("select from pg_extension where extname = 'pg_trgm'");
  if (found.rows.length === 1) return true;
  // An administrator may have to do it; without it, searches take longer.
  return await client.query("create extension if not exists pg_trgm").then(
    () => true,
    () => false,
  );
}

/**
 * Adds an index of their text to the days of logs that have become large; gives how many. Without keeping anybody from
 * writing to them meanwhile.
 */
export async function indexText(client: pg.ClientBase, size = worthwhile): Promise<number> {
  let made = 0;
  for (const partition of await listPartitions(client, "telemetry_logs")) {
    const name = partitionName(partition);
    const index = `${name}_text`;
    const { rows } = await client.query<{ is_large: boolean; is_valid: boolean | null }>(
      `select pg_table_size($1::regclass) >= $2 as is_large,
         (select indisvalid from pg_index where indexrelid = to_regclass($3)) as is_valid`,
      [name, size, index],
    );
    const [state] = rows;
    if (state === undefined || !state.is_large || state.is_valid === true) continue;
    // Left by a process that was killed while it made it.
    if (state.is_valid === false) await client.query(`drop index concurrently if exists ${index}`);
    await client.query(`create index concurrently if not exists ${index} on ${name} using gin (message gin_trgm_ops)`);
    made += 1;
  }
  return made;
}
