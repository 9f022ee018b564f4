import { logs } from "@platform-mcp/client/contract";
import { type SelectQueryBuilder, type SqlBool, sql } from "kysely";
import { containing } from "../../db/like.ts";
import type { Queryable } from "../../db/queryable.ts";
import type { Database } from "../../db/schema.ts";
import { instantText } from "../../search/instant.ts";
import type { LogQuery } from "./log-query.ts";

type Logs = SelectQueryBuilder<Database, "telemetry_logs", unknown>;

/** The rows of a query as far as indexes tell: by whose they are, and by time. */
export function rowsInReach(db: Queryable, { filter, window, after }: LogQuery): Logs {
  let rows: Logs = db
    .selectFrom("telemetry_logs")
    .where("ts", ">=", instantText(window.from))
    .where("ts", "<=", instantText(window.to));
  if (filter.project_id !== undefined) rows = rows.where("project_id", "=", filter.project_id);
  if (filter.session_id !== undefined) rows = rows.where("session_id", "=", filter.session_id);
  if (filter.trace_id !== undefined) rows = rows.where("trace_id", "=", filter.trace_id.toLowerCase());
  if (after === undefined) return rows;
  return rows.where(sql<SqlBool>`(ts, id) < (${instantText(after.time)}::timestamptz, ${after.key}::uuid)`);
}

/** What else a query asks of a row, by the names of its columns. */
export function isMatch({ filter: { level, min_level, service, q } }: LogQuery) {
  const conditions = [sql<SqlBool>`true`];
  if (level !== undefined) conditions.push(sql`level = ${logs.logLevels.indexOf(level)}`);
  if (min_level !== undefined) conditions.push(sql`level >= ${logs.logLevels.indexOf(min_level)}`);
  if (service !== undefined) conditions.push(sql`service = ${service}`);
  if (q !== undefined) conditions.push(sql`message ilike ${containing(q)}`);
  return sql<SqlBool>`(${sql.join(conditions, sql` and `)})`;
}
