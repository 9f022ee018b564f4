import { sql } from "kysely";
import pg from "pg";
import type { Queryable } from "../db/queryable.ts";
import { Turns } from "../http/turns.ts";
import { Problem } from "../problem.ts";

/** Milliseconds that a search may take. */
const limit = 10_000;
/** Queries of a process at once: less than half of its connections, which all else needs too. */
const atOnce = 4;
const turns = new Turns(atOnce);
/** Queries of one caller that run or wait; by who they are. */
const mostAsked = 16;
const asked = new Map<string, number>();

/** Codes of PostgreSQL's errors. */
const canceled = "57014";
const outOfRange = "22003";

/**
 * Runs queries over tables that only grow, which may be asked for more than can be found in time; nothing is written.
 * Those of one caller one after the other, so that whoever searches a lot has nobody wait but themselves.
 *
 * @param who the caller's id
 * @throws Problem 400 when one takes too long, or adds up what is too large: to ask the same again would not help; 503
 * when the caller asks for too much at once
 */
export async function withinTime<T>(
  db: Queryable,
  who: string,
  run: (db: Queryable) => Promise<T>,
  ms = limit,
): Promise<T> {
  const before = asked.get(who) ?? 0;
  if (before >= mostAsked) {
    throw new Problem(503, "too many searches at once: wait for their answers", { headers: { "retry-after": "1" } });
  }
  asked.set(who, before + 1);
  try {
    return await turns.take(who, () => runLimited(db, run, ms));
  } catch (error) {
    const code = error instanceof pg.DatabaseError ? error.code : undefined;
    if (code === outOfRange) throw new Problem(400, "a value is out of the range of numbers");
    if (code !== canceled) throw error;
    const detail = `It was given up after ${ms / 1000} seconds.`;
    throw new Problem(400, "the search takes too long: narrow the time or the filters", { detail });
  } finally {
    const left = (asked.get(who) ?? 1) - 1;
    if (left === 0) asked.delete(who);
    else asked.set(who, left);
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
