import { audit } from "@platform-mcp/client/contract";
import { sql } from "kysely";
import type { Queryable } from "../db/queryable.ts";
import { implement } from "../http/implement.ts";
import type { Route } from "../http/route.ts";
import { instantOf } from "../search/instant.ts";
import { pageAnswer, requireNearOffset } from "../search/page.ts";
import { readPlace } from "../search/place.ts";
import { type TimeWindow, windowOf } from "../search/time-window.ts";
import { withinTime } from "../search/within-time.ts";
import { type AuditRow, searchAuditLog } from "./search-audit-log.ts";

export const auditRoutes: readonly Route[] = [
  implement(audit.searchAuditLog, async ({ db, caller, query }) => {
    requireNearOffset(query);
    const after = query.before === undefined ? undefined : readPlace(query.before, isEntryId);
    return await withinTime(db, caller.user.id, async (reading) => {
      const window = await auditWindow(reading, query, after?.window);
      const found = await searchAuditLog(reading, { filter: query, window, after });
      const placeOf = ({ recorded_at, id }: AuditRow) => ({ time: instantOf(recorded_at), key: String(id) });
      return pageAnswer(found, { limit: query.limit, window, view, placeOf });
    });
  }),
];

function isEntryId(text: string): boolean {
  return /^\d{1,15}$/.test(text);
}

/** All of the time until now by the database's clock, which has written the entries. */
async function auditWindow(
  db: Queryable,
  asked: { readonly from?: string | undefined; readonly to?: string | undefined },
  earlier: TimeWindow | undefined,
): Promise<TimeWindow> {
  const { now } = await db.selectNoFrom(sql<string>`clock_timestamp()`.as("now")).executeTakeFirstOrThrow();
  const to = asked.to ?? (earlier === undefined ? now : undefined);
  return windowOf({ from: asked.from, to }, earlier, Number.MAX_SAFE_INTEGER);
}

function view(row: AuditRow) {
  return { ...row, id: String(row.id) };
}
