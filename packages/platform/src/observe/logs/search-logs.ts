import { type Selectable, sql } from "kysely";
import type { Queryable } from "../../db/queryable.ts";
import type { TelemetryLogsTable } from "../../db/schema.ts";
import type { Found } from "../../search/page.ts";
import { countedAtMost, type Total, totalOf } from "../../search/total.ts";
import type { LogQuery } from "./log-query.ts";
import { isMatch, rowsInReach } from "./log-rows.ts";
import { searchRecent } from "./search-recent.ts";

export type LogRow = Selectable<TelemetryLogsTable>;

/** A page of logs, newest first, and one more if there is another page. */
export async function searchLogs(db: Queryable, query: LogQuery): Promise<Found<LogRow>> {
  const recent = query.filter.q === undefined ? undefined : await searchRecent(db, query);
  return recent ?? (await searchAll(db, query));
}

async function searchAll(db: Queryable, query: LogQuery): Promise<Found<LogRow>> {
  const { limit, offset, q } = query.filter;
  const matches = rowsInReach(db, query).where(isMatch(query)).selectAll();
  // Of a text that is rare, an index finds all at once; to go through rows in order could be to go through all of them.
  // OFFSET 0 keeps the database from taking the limit for a reason to do so.
  const rows = await db
    .selectFrom((q === undefined ? matches : matches.offset(sql<number>`0`)).as("found"))
    .selectAll()
    .orderBy("ts", "desc")
    .orderBy("id", "desc")
    .limit(limit + 1)
    .offset(offset)
    .execute();
  return { rows, total: query.after?.total ?? (await countAll(db, query, rows.length)) };
}

async function countAll(db: Queryable, query: LogQuery, found: number): Promise<Total> {
  const { limit, offset } = query.filter;
  // The page itself tells when it is the last one.
  if (found <= limit && (found > 0 || offset === 0)) return { count: offset + found, isMinimum: false };
  const matches = rowsInReach(db, query).where(isMatch(query)).select(sql`1`.as("one"));
  const { counted } = await db
    .selectFrom(matches.limit(countedAtMost + 1).as("matches"))
    .select((eb) => eb.fn.countAll<number>().as("counted"))
    .executeTakeFirstOrThrow();
  return totalOf(counted);
}
