import { sql } from "kysely";
import type { Queryable } from "../../db/queryable.ts";
import type { Found } from "../../search/page.ts";
import type { LogQuery } from "./log-query.ts";
import { isMatch, rowsInReach } from "./log-rows.ts";
import type { LogRow } from "./search-logs.ts";

/** Rows in which a text is looked for before it is looked for in all: most texts that are asked for are common. */
const recentRows = 1000;

/**
 * A page of logs, if the newest rows in reach fill it or are all there are; its cost does not depend on how many there
 * are. The total is what these rows hold.
 */
export async function searchRecent(db: Queryable, query: LogQuery): Promise<Found<LogRow> | undefined> {
  const { limit, offset } = query.filter;
  const newest = rowsInReach(db, query).selectAll().orderBy("ts", "desc").orderBy("id", "desc").limit(recentRows);
  const { rows } = await sql<(LogRow | { id: null }) & { looked_at: number; matched: number }>`
    with recent as materialized (${newest}),
      matching as materialized (select * from recent where ${isMatch(query)})
    select page.*, (select count(*) from recent) as looked_at, (select count(*) from matching) as matched
    from (values (1)) as always
    left join (
      select * from matching order by ts desc, id desc limit ${limit + 1} offset ${offset}
    ) as page on true
    order by page.ts desc, page.id desc
  `.execute(db);
  const { looked_at = 0, matched = 0 } = rows[0] ?? {};
  const isAll = looked_at < recentRows;
  if (!isAll && matched <= offset + limit) return undefined;
  const total = query.after?.total ?? { count: matched, isMinimum: !isAll };
  return { rows: rows.filter((row) => row.id !== null), total };
}
