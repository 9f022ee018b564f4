import type pg from "pg";
import {
  dayLength,
  type Partition,
  type PartitionedTable,
  partitionedTables,
  partitionName,
  partitionsLock,
} from "./partitions.ts";
import type { Retention } from "./retention.ts";

/** Rows that are deleted at once of what has no partitions. */
const atOnce = 5_000;

/** The partitions that a table has. */
export async function listPartitions(client: pg.ClientBase, table: PartitionedTable): Promise<readonly Partition[]> {
  const { rows } = await client.query<{ name: string }>(
    "select inhrelid::regclass::text as name from pg_inherits where inhparent = $1::regclass",
    [table],
  );
  return rows.flatMap(({ name }) => {
    const [, year, month, date] = /_(\d{4})(\d\d)(\d\d)$/.exec(name) ?? [];
    return date === undefined ? [] : [{ table, day: Date.parse(`${year}-${month}-${date}`) / dayLength }];
  });
}

/**
 * Removes what is older than is kept: whole days by dropping their tables, which costs nothing however much they hold,
 * and what is known of traces and series that have nothing any more. Gives how many of all these there were.
 *
 * @param now milliseconds since 1970
 */
export async function dropOld(client: pg.ClientBase, retention: Retention, now: number): Promise<number> {
  const days = {
    telemetry_logs: retention.logs,
    telemetry_spans: retention.traces,
    telemetry_points: retention.metrics,
  };
  let removed = 0;
  for (const table of partitionedTables) {
    const kept = now - days[table] * dayLength;
    const old = (await listPartitions(client, table)).filter(({ day }) => (day + 1) * dayLength <= kept);
    for (const partition of old) await dropPartition(client, partition);
    removed += old.length;
  }
  // By when they began there is an index, without which all of them would be looked at each time.
  removed += await deleteOld(
    client,
    "telemetry_traces",
    ["started_at", "coalesce(finished_at, started_at)"],
    retention.traces,
  );
  removed += await deleteOld(client, "telemetry_series", ["last_at"], retention.metrics);
  return removed;
}

async function dropPartition(client: pg.ClientBase, partition: Partition): Promise<void> {
  await client.query("begin");
  try {
    // Whoever reads at the moment is not waited for long: others would wait behind. The next round tries again.
    await client.query("set local lock_timeout = '2s'");
    await client.query(partitionsLock);
    await client.query(`drop table if exists ${partitionName(partition)}`);
    await client.query("commit");
  } catch (error) {
    await client.query("rollback");
    throw error;
  }
}

/** @param times expressions of what must all be that long ago */
async function deleteOld(
  client: pg.ClientBase,
  table: string,
  times: readonly string[],
  days: number,
): Promise<number> {
  const isOld = times.map((time) => `${time} < now() - make_interval(days => $1)`).join(" and ");
  let removed = 0;
  for (;;) {
    // What is being written to at the moment is not old any more.
    const { rowCount } = await client.query(
      `delete from ${table} where ctid = any (array(
         select ctid from ${table} where ${isOld} limit ${atOnce}
         for update skip locked
       ))`,
      [days],
    );
    removed += rowCount ?? 0;
    if ((rowCount ?? 0) < atOnce) return removed;
  }
}
