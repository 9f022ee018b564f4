import type { audit, QueryOf } from "@platform-mcp/client/contract";
import { type Selectable, type SelectQueryBuilder, type SqlBool, sql } from "kysely";
import { containing } from "../db/like.ts";
import type { Queryable } from "../db/queryable.ts";
import type { AuditLogTable, Database } from "../db/schema.ts";
import { instantText } from "../search/instant.ts";
import type { Found } from "../search/page.ts";
import type { Place } from "../search/place.ts";
import type { TimeWindow } from "../search/time-window.ts";
import { countedAtMost, type Total, totalOf } from "../search/total.ts";

type AuditFilter = QueryOf<typeof audit.searchAuditLog>;

/** What is searched for in the audit log. */
export interface AuditQuery {
  readonly filter: AuditFilter;
  readonly window: TimeWindow;
  /** Only what comes after this in the list. */
  readonly after?: Place | undefined;
}

/** An entry, with the name of whom an agent acted for. */
export interface AuditRow extends Selectable<AuditLogTable> {
  readonly on_behalf_of_name: string | null;
}

/** A page of the audit log, newest first, and one more if there is another page. */
export async function searchAuditLog(db: Queryable, query: AuditQuery): Promise<Found<AuditRow>> {
  const { limit, offset } = query.filter;
  const rows = await matches(db, query)
    .selectAll()
    .select((eb) =>
      eb
        .selectFrom("users")
        .whereRef("users.id", "=", "audit_log.on_behalf_of")
        .select("users.name")
        .as("on_behalf_of_name"),
    )
    .orderBy("recorded_at", "desc")
    .orderBy("id", "desc")
    .limit(limit + 1)
    .offset(offset)
    .execute();
  return { rows, total: query.after?.total ?? (await countAll(db, query, rows.length)) };
}

async function countAll(db: Queryable, query: AuditQuery, found: number): Promise<Total> {
  const { limit, offset } = query.filter;
  // The page itself tells when it is the last one.
  if (found <= limit && (found > 0 || offset === 0)) return { count: offset + found, isMinimum: false };
  const some = matches(db, query)
    .select(sql`1`.as("one"))
    .limit(countedAtMost + 1);
  const { counted } = await db
    .selectFrom(some.as("some"))
    .select((eb) => eb.fn.countAll<number>().as("counted"))
    .executeTakeFirstOrThrow();
  return totalOf(counted);
}

const filteredColumns = ["resource", "resource_id", "project_id", "outcome"] as const;

function matches(db: Queryable, { filter, window, after }: AuditQuery) {
  let rows: SelectQueryBuilder<Database, "audit_log", unknown> = db
    .selectFrom("audit_log")
    .where("recorded_at", ">=", instantText(window.from))
    .where("recorded_at", "<=", instantText(window.to));
  for (const column of filteredColumns) {
    const value = filter[column];
    if (value !== undefined) rows = rows.where(column, "=", value);
  }
  const { action, user_id } = filter;
  if (action !== undefined) rows = rows.where("action", "ilike", containing(action));
  if (user_id !== undefined) {
    rows = rows.where((eb) => eb.or([eb("actor_id", "=", user_id), eb("on_behalf_of", "=", user_id)]));
  }
  if (after === undefined) return rows;
  return rows.where(sql<SqlBool>`(recorded_at, id) < (${instantText(after.time)}::timestamptz, ${after.key}::bigint)`);
}
