import type { LogEvent } from "kysely";
import { isTraced, startSpan } from "./span.ts";

/** The longest statement that a span shows, in characters. */
const maxStatement = 1000;

/** Makes a span of a query that has just ended. Statements hold no values: those go beside them. */
export function traceQuery({ query, queryDurationMillis, level }: LogEvent): void {
  // Most are for nobody who wants to know.
  if (!isTraced()) return;
  const operation = /^\W*(\w+)/.exec(query.sql)?.[1]?.toUpperCase() ?? "QUERY";
  const attributes = { "db.system.name": "postgresql", "db.query.text": query.sql.slice(0, maxStatement) };
  startSpan(operation, attributes, queryDurationMillis)?.end({ failed: level === "error" });
}
