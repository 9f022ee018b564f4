import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import pg from "pg";
import type { Queryable } from "../../db/queryable.ts";
import { Turns } from "../../http/turns.ts";
import { Problem } from "../../problem.ts";

/** Milliseconds that a query over telemetry may take. */
const limit = 10_000;
/** Queries of a process at once: whoever searches a lot leaves the others of its connections to everybody else. */
const atOnce = 8;
const turns = new Turns(atOnce);

/** Codes of PostgreSQL's errors. */
const canceled = "57014";
const outOfRange = "22003";

/**
 * Runs queries over telemetry, which may be asked for more than can be found in time; nothing is written.
 * @throws Problem 400 when one takes too long, or adds up what is too large: to ask the same again would not help
 */
export async function withinTime<T>(db: Queryable, run: (db: Queryable) => Promise<T>, ms = limit): Promise<T> {
  try {
    return await turns.take(randomUUID(), () => runLimited(db, run, ms));
  } catch (error) {
    const code = error instanceof pg.DatabaseError ? error.code : undefined;
    if (code === outOfRange) throw new Problem(400, "a value is out of the range of numbers");
    if (code !== canceled) throw error;
    const detail = `It was given up after ${ms / 1000} seconds.`;
    throw new Problem(400, "the search takes too long: narrow the time or the filters", { detail });
  }
}

async function runLimited<T>(db: Queryable, run: (db: Queryable) => Promise<T>, ms: number): Promise<T> {
  return await db
    .transaction()
    .setAccessMode("read only")
    .execute(async (reading) => {
      // To compile what touches many partitions takes longer than to run it.
      await sql`${sql.raw(`set local statement_timeout = ${ms}; set local jit = off`)}`.execute(reading);
      return await run(reading);
    });
}
