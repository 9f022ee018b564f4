import type { logs, ResponseOf } from "@platform-mcp/client/contract";
import { sql } from "kysely";
import type { Caller } from "../../access/caller.ts";
import type { Queryable } from "../../db/queryable.ts";
import { notFound } from "../../problem.ts";
import { instantOf } from "../../search/instant.ts";
import { levelName } from "../logs/log-view.ts";
import { heldAmong } from "../readable.ts";
import { durationOf } from "../traces/trace-view.ts";

type Timeline = ResponseOf<typeof logs.sessionTimeline>;

/** Of logs and of spans, the latest. */
const maxEntries = 1000;
/** Characters of a message. */
const longest = 4000;
/** The beginning of a message. */
const message = sql<string>`case when length(message) > ${longest} then left(message, ${longest}) || '…' else message end`;

/**
 * What a session's programs logged and did, oldest first; of the session's project alone, whatever else names it.
 * @throws Problem 404 when there is no such session for the caller; 403 as `heldAmong`
 */
export async function sessionTimeline(db: Queryable, caller: Caller, sessionId: string): Promise<Timeline> {
  const session = await db
    .selectFrom("agent_sessions")
    .where("id", "=", sessionId)
    .select("project_id")
    .executeTakeFirst();
  const owners = session === undefined ? [] : [session.project_id];
  const held = await heldAmong(db, caller, "observe:read", owners);
  if (session === undefined || !held.has(session.project_id)) throw notFound("session");
  const logged = await db
    .selectFrom("telemetry_logs")
    .where("session_id", "=", sessionId)
    .where("project_id", "=", session.project_id)
    .select(["ts", "service", message.as("message"), "trace_id", "span_id", "level"])
    .orderBy("ts", "desc")
    .orderBy("id", "desc")
    .limit(maxEntries)
    .execute();
  const spans = await db
    .selectFrom("telemetry_spans")
    .where("session_id", "=", sessionId)
    .where("project_id", "=", session.project_id)
    .select(["started_at", "finished_at", "service", "name", "trace_id", "span_id", "status"])
    .orderBy("started_at", "desc")
    .limit(maxEntries)
    .execute();
  const entries: Timeline = [
    ...logged.toReversed().map(({ ts, level, ...rest }) => ({
      timestamp: ts,
      kind: "log" as const,
      ...rest,
      level: levelName(level),
    })),
    ...spans.toReversed().map(({ started_at, finished_at, name, ...rest }) => ({
      timestamp: started_at,
      kind: "span" as const,
      ...rest,
      message: name,
      level: null,
      duration_ms: durationOf(started_at, finished_at),
    })),
  ];
  // Stable: what has the same time stays in order.
  return entries.sort((one, other) => instantOf(one.timestamp) - instantOf(other.timestamp));
}
