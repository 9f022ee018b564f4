import type pg from "pg";

/** The tables that have a partition a day, in UTC. */
export const partitionedTables = ["telemetry_logs", "telemetry_spans", "telemetry_points"] as const;
export type PartitionedTable = (typeof partitionedTables)[number];

export const dayLength = 86_400_000;

/** A day, as the number of days since 1970 in UTC. */
export type Day = number;

export function dayOf(milliseconds: number): Day {
  return Math.floor(milliseconds / dayLength);
}

/** Taken by whoever makes or removes partitions: one platform at a time. */
export const partitionsLock = "select pg_advisory_xact_lock(hashtext('telemetry partitions'))";

/** A day of a table. */
export interface Partition {
  readonly table: PartitionedTable;
  readonly day: Day;
}

export function partitionName({ table, day }: Partition): string {
  return `${table}_${dateOf(day).replaceAll("-", "")}`;
}

/**
 * Makes the partitions that are not there yet. They are attached rather than made as parts, which would wait for every
 * query of the table, and keep others waiting meanwhile.
 */
export async function makePartitions(client: pg.ClientBase, partitions: readonly Partition[]): Promise<void> {
  const names = partitions.map(partitionName);
  const found = await client.query<{ missing: string }>(
    "select name as missing from unnest($1::text[]) as name where to_regclass(name) is null",
    [names],
  );
  const missing = new Set(found.rows.map(({ missing: name }) => name));
  for (const partition of partitions) {
    if (missing.has(partitionName(partition))) await makePartition(client, partition);
  }
}

async function makePartition(client: pg.ClientBase, partition: Partition): Promise<void> {
  const { table, day } = partition;
  const name = partitionName(partition);
  await client.query("begin");
  try {
    await client.query(partitionsLock);
    // Not by to_regclass, which does not see what was made while we waited for the lock.
    const { rows } = await client.query(
      "select from pg_class where relname = $1 and relnamespace = current_schema()::regnamespace",
      [name],
    );
    if (rows.length === 0) {
      await client.query(`create table ${name} (like ${table} including all)`);
      await client.query(
        `alter table ${table} attach partition ${name} for values from ('${dateOf(day)}') to ('${dateOf(day + 1)}')`,
      );
    }
    await client.query("commit");
  } catch (error) {
    await client.query("rollback");
    throw error;
  }
}

function dateOf(day: Day): string {
  return new Date(day * dayLength).toISOString().slice(0, 10);
}
