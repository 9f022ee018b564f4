import type pg from "pg";
import type { Logger } from "pino";
import { repeat } from "../../repeat.ts";
import { dropOld } from "./drop-old.ts";
import { hasTrigrams, indexText } from "./index-text.ts";
import { dayOf, makePartitions, partitionedTables } from "./partitions.ts";
import type { Retention } from "./retention.ts";

interface UpkeepOptions {
  readonly pool: pg.Pool;
  readonly retention: () => Promise<Retention>;
  readonly logger: Pick<Logger, "info" | "warn" | "error">;
}

/** Days from today on whose partitions are there before anybody needs them. */
const daysAhead = 3;
const minute = 60_000;

/** Looks after the tables of telemetry until it is closed: makes those of the next days, indexes, and removes what is old. */
export function startTelemetryUpkeep({ pool, retention, logger }: UpkeepOptions): { close(): Promise<void> } {
  const stopping = new AbortController();
  /** Whether texts can be indexed; undefined before it was asked. */
  let canIndex: boolean | undefined;
  /** The connection that works at the moment, by the number that the database gave it. */
  let connection: number | undefined;

  const work = async () => {
    const client = await pool.connect();
    try {
      connection = (await client.query<{ pid: number }>("select pg_backend_pid() as pid")).rows[0]?.pid;
      const today = dayOf(Date.now());
      const days = Array.from({ length: daysAhead + 1 }, (_, index) => today + index);
      await makePartitions(
        client,
        partitionedTables.flatMap((table) => days.map((day) => ({ table, day }))),
      );
      // The others leave it to whoever does it at the moment.
      const { rows } = await client.query<{ is_mine: boolean }>(
        `select pg_try_advisory_lock(${upkeepLock}) as is_mine`,
      );
      if (rows[0]?.is_mine !== true) return;
      const removed = await dropOld(client, await retention(), Date.now());
      if (removed > 0) logger.info({ removed }, "removed telemetry that is not kept any more");
      canIndex ??= await askForTrigrams(client, logger);
      if (canIndex) await indexText(client);
    } finally {
      connection = undefined;
      await client.query(`select pg_advisory_unlock(${upkeepLock})`).catch(() => {});
      client.release();
    }
  };
  const onError = (error: unknown) => logger.error({ err: error }, "looking after the tables of telemetry");
  const running = repeat(work, { pause: minute, signal: stopping.signal, onError });
  return {
    close: async () => {
      stopping.abort();
      // An index of a large day takes longer than anybody waits for an end; it is made anew.
      if (connection !== undefined) await pool.query("select pg_cancel_backend($1)", [connection]).catch(() => {});
      await running;
    },
  };
}

const upkeepLock = "hashtext('telemetry upkeep')";

async function askForTrigrams(client: pg.ClientBase, logger: UpkeepOptions["logger"]): Promise<boolean> {
  const can = await hasTrigrams(client);
  if (!can)
    logger.warn("the database has no extension pg_trgm, and does not let us make it: text searches take longer");
  return can;
}
