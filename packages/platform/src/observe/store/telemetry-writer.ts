import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import type { Logger } from "pino";
import { Bell } from "../../bell.ts";
import { drain, surviveLostConnections } from "../../db/pool.ts";
import { Problem } from "../../problem.ts";
import type { Telemetry, TelemetryWriter } from "../records.ts";
import { BufferFull } from "./buffer-full.ts";
import { clampTimes } from "./clamp-times.ts";
import { notStored } from "./not-stored.ts";
import { dayOf, makePartitions, type Partition, partitionedTables } from "./partitions.ts";
import type { Retention } from "./retention.ts";
import { SharedRoom } from "./shared-room.ts";
import { type StorableTelemetry, storeTelemetry } from "./store-telemetry.ts";
import { sizeOf, type TelemetrySize } from "./telemetry-size.ts";

export interface TelemetryWriterOptions {
  /** To whose database it opens a connection of its own. */
  readonly pool: pg.Pool;
  readonly logger: Pick<Logger, "warn">;
  /** How long telemetry is kept at the moment. */
  readonly retention: () => Promise<Retention>;
  /** How much may be on its way at once; of each project half of it, and less while others fill it too. */
  readonly limits?: TelemetrySize;
  /** Told of what was offered and could not be stored. */
  readonly onDropped?: (telemetry: Telemetry) => void;
}

/** On its way into the database. */
interface Waiting extends TelemetrySize {
  readonly telemetry: Telemetry;
  readonly settle: (error?: unknown) => void;
}

const usualLimits: TelemetrySize = { rows: 200_000, bytes: 96 * 1024 ** 2 };
/** Stored in one transaction: what a transaction holds is in memory twice for a moment. */
const batchLimits: TelemetrySize = { rows: 10_000, bytes: 8 * 1024 ** 2 };
/** Milliseconds in which what comes at about the same time gathers, to be stored in one transaction. */
const gathering = 50;
const minute = 60_000;

/**
 * Gathers telemetry and stores it in batches, one after the other, on a connection of its own. Two platforms may do so
 * in the same database.
 */
export function createTelemetryWriter(options: TelemetryWriterOptions): TelemetryWriter & { close(): Promise<void> } {
  const { logger, limits = usualLimits, onDropped = () => {} } = options;
  const own = openOwn(options.pool);
  const waiting: Waiting[] = [];
  /** For what waits and what is being stored. */
  const room = { rows: new SharedRoom(limits.rows), bytes: new SharedRoom(limits.bytes) };
  const bell = new Bell();
  const closing = new AbortController();

  function take(telemetry: Telemetry, settle: Waiting["settle"]): void {
    const { rows, bytes } = sizeOf(telemetry);
    if (rows === 0) {
      settle();
      return;
    }
    if (rows > room.rows.mostForOne || bytes > room.bytes.mostForOne)
      throw new Problem(413, "too much telemetry at once: send less in one request");
    if (closing.signal.aborted) throw new BufferFull();
    const whose = projectOf(telemetry);
    if (!room.rows.take(whose, rows)) throw new BufferFull();
    if (!room.bytes.take(whose, bytes)) {
      room.rows.giveBack(whose, rows);
      throw new BufferFull();
    }
    const settleOnce = (error?: unknown) => {
      room.rows.giveBack(whose, rows);
      room.bytes.giveBack(whose, bytes);
      settle(error);
    };
    waiting.push({ telemetry, rows, bytes, settle: settleOnce });
    bell.ring();
  }

  /** The next of what waits, as much of it as one transaction takes. */
  function nextBatch(): readonly Waiting[] {
    const size = { rows: 0, bytes: 0 };
    const end = waiting.findIndex(({ rows, bytes }) => {
      size.rows += rows;
      size.bytes += bytes;
      return size.rows > batchLimits.rows || size.bytes > batchLimits.bytes;
    });
    return waiting.splice(0, end === -1 ? waiting.length : Math.max(1, end));
  }

  async function store(batch: readonly Waiting[]): Promise<void> {
    const telemetry = clampTimes(together(batch), await options.retention(), Date.now());
    const client = await own.connect();
    try {
      await makePartitions(client, partitionsOf(telemetry));
      await storeTelemetry(client, telemetry);
      client.release();
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  async function settle(batch: readonly Waiting[]): Promise<void> {
    try {
      await store(batch);
      for (const each of batch) each.settle();
    } catch (error) {
      if (batch.length > 1 && error instanceof pg.DatabaseError) {
        // What the database does not take of one sender must not be the loss of the others.
        for (const each of batch) await settle([each]);
        return;
      }
      logger.warn({ err: error }, notStored);
      for (const each of batch) each.settle(error);
    }
  }

  async function run(): Promise<void> {
    for (;;) {
      if (waiting.length === 0 && closing.signal.aborted) return;
      if (waiting.length === 0) await bell.wait(minute, closing.signal);
      if (room.rows.held < batchLimits.rows)
        await delay(gathering, undefined, { signal: closing.signal }).catch(() => {});
      const batch = nextBatch();
      if (batch.length > 0) await settle(batch);
    }
  }

  const running = run();
  return {
    write: (telemetry) =>
      new Promise<void>((resolve, reject) => {
        take(telemetry, (error) => (error === undefined ? resolve() : reject(error)));
      }),
    offer(telemetry) {
      try {
        take(telemetry, (error) => {
          if (error !== undefined) onDropped(telemetry);
        });
      } catch {
        onDropped(telemetry);
      }
    },
    close: async () => {
      closing.abort();
      await running;
      await drain(own);
    },
  };
}

/** Whose room it takes: what comes at once is nearly always one project's. */
function projectOf({ logs = [], spans = [], points = [] }: Telemetry): string {
  return (logs[0] ?? spans[0] ?? points[0])?.projectId ?? "none";
}

function together(batch: readonly Waiting[]): StorableTelemetry {
  return {
    logs: batch.flatMap(({ telemetry }) => telemetry.logs ?? []),
    spans: batch.flatMap(({ telemetry }) => telemetry.spans ?? []),
    points: batch.flatMap(({ telemetry }) => telemetry.points ?? []),
  };
}

function partitionsOf({ logs, spans, points }: StorableTelemetry): readonly Partition[] {
  const days = {
    telemetry_logs: logs.map(({ time }) => time),
    telemetry_spans: spans.map(({ start }) => start),
    telemetry_points: points.map(({ time }) => time),
  };
  return partitionedTables.flatMap((table) => {
    return [...new Set(days[table].map(dayOf))].map((day) => ({ table, day }));
  });
}

/** A connection that shares neither the pool's limit nor what watches its queries. */
function openOwn(pool: pg.Pool): pg.Pool {
  // A copy of the options leaves out the password.
  return surviveLostConnections(new pg.Pool({ ...pool.options, password: pool.options.password, max: 1 }));
}
