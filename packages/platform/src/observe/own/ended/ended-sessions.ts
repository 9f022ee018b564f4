import { spanIdOf, traceIdOf } from "@platform-mcp/client/contract";
import { sql } from "kysely";
import type { Queryable } from "../../../db/queryable.ts";
import type { LogRecord, SpanRecord, Telemetry } from "../../records.ts";
import { sessionService } from "../session-telemetry.ts";

/** How many are taken at once. */
const most = 50;
/** Characters that are kept of what went wrong. */
const longest = 8 * 1024;

type EndedSession = Awaited<ReturnType<typeof takeSessions>>[number];

/** Takes sessions that have ended, and gives the root span of each and a log of its end; undefined when there are none. */
export async function endedSessions(db: Queryable): Promise<Telemetry | undefined> {
  const sessions = await takeSessions(db);
  if (sessions.length === 0) return undefined;
  return { spans: sessions.map(sessionSpan), logs: sessions.map(endLog) };
}

async function takeSessions(db: Queryable) {
  return await db
    .with("ended", (within) =>
      within
        .selectFrom("agent_sessions")
        .where("finished_at", "is not", null)
        .where("traced_at", "is", null)
        .orderBy("finished_at")
        .limit(most)
        .select("id")
        .forUpdate()
        .skipLocked(),
    )
    .updateTable("agent_sessions")
    .from("ended")
    .whereRef("agent_sessions.id", "=", "ended.id")
    .set({ traced_at: sql<string>`now()` })
    .returning(["agent_sessions.id", "project_id", "role", "status", "reason", "message", "image", "branch"])
    .returning([
      "exit_code",
      "turns",
      "cost_usd",
      "cost_tokens",
      "commit_sha",
      "created_at",
      "started_at",
      "finished_at",
    ])
    .execute();
}

function placeOf({ id, project_id }: EndedSession) {
  return { traceId: traceIdOf(id), spanId: spanIdOf(id), projectId: project_id, sessionId: id };
}

/** What was asked of it, and what the agent said in the end, is in none of it. */
function sessionSpan(session: EndedSession): SpanRecord {
  const { id, role, status, reason, message, image, branch, created_at, started_at, finished_at } = session;
  const known = {
    ...{ "process.exit.code": session.exit_code, "platform.turns": session.turns },
    ...{ "platform.cost_usd": session.cost_usd, "platform.cost_tokens": session.cost_tokens },
    ...{ "platform.reason": reason, "vcs.ref.head.revision": session.commit_sha },
  };
  return {
    ...placeOf(session),
    ...{ parentSpanId: null, name: "session", service: sessionService, kind: "internal", events: null },
    status: status === "failed" ? "error" : "unset",
    statusMessage: status === "failed" ? shortened(message) : null,
    start: Date.parse(started_at ?? created_at),
    end: Date.parse(finished_at ?? created_at),
    attributes: {
      ...{ "platform.session_id": id, "platform.role": role, "platform.status": status, "platform.image": image },
      "vcs.ref.head.name": branch,
      ...Object.fromEntries(Object.entries(known).filter(([, value]) => value !== null)),
    },
  };
}

function endLog(session: EndedSession): LogRecord {
  const { status, reason, message, finished_at, created_at } = session;
  const isFailure = status === "failed";
  return {
    ...placeOf(session),
    service: sessionService,
    time: Date.parse(finished_at ?? created_at),
    level: isFailure ? "error" : "info",
    message: (isFailure ? shortened(message) : null) ?? `The session is ${status}`,
    attributes: { "platform.event": "end", ...(reason !== null && { "platform.reason": reason }) },
  };
}

function shortened(text: string | null): string | null {
  return text?.slice(0, longest).toWellFormed() ?? null;
}
