import { sessions } from "@platform-mcp/client/contract";
import { denied } from "../access/authorise.ts";
import { changeOf } from "../audit/change.ts";
import type { Queryable } from "../db/queryable.ts";
import type { Repositories } from "../git/repositories.ts";
import { implement } from "../http/implement.ts";
import type { Route } from "../http/route.ts";
import { notFound, Problem } from "../problem.ts";
import { readSettings } from "../settings/read-settings.ts";
import type { Settings } from "../settings/schema.ts";
import { appendEvent } from "./append-event.ts";
import { createSession } from "./create-session.ts";
import { extendSession } from "./extend-session.ts";
import { listMessages } from "./list-messages.ts";
import { type LockedSession, lockSession } from "./lock-session.ts";
import { listSessions, requireSession } from "./queries.ts";
import { recordCreated } from "./record-created.ts";
import { requireCommand, requireSay } from "./require-say.ts";
import { stopSession } from "./stop-session.ts";

export interface SessionRoutesOptions {
  readonly repositories: Repositories;
  /** What counts where nobody has set anything. */
  readonly settings: Settings;
}

export function sessionRoutes({ repositories, settings: defaults }: SessionRoutesOptions): readonly Route[] {
  return [
    implement(sessions.createSession, async ({ db, caller, project, body, audit, signal }) => {
      const repository = repositories.of(project.id);
      const settings = await readSettings(db, defaults);
      const created = await createSession(db, { caller, project, repository, body, settings, signal });
      await recordCreated(db, audit, created);
      const { skipped } = created;
      return { ...(await requireSession(db, project.id, created.sessionId)), skipped_permissions: [...skipped] };
    }),

    implement(sessions.listSessions, async ({ db, project, query }) => listSessions(db, project.id, query)),

    implement(sessions.getSession, async ({ db, project, params: { session_id } }) => {
      const session = await requireSession(db, project.id, session_id);
      return { ...session, messages: await listMessages(db, session.id) };
    }),

    implement(sessions.sendMessage, async ({ db, caller, project, params: { session_id }, body, audit }) => {
      const session = await lockSessionOf(db, project.id, session_id);
      await requireCommand(db, caller, project, session);
      requireRunning(session);
      const event = { kind: "message", message: body.content, userId: caller.user.id } as const;
      const number = await appendEvent(db, session.id, event);
      audit.record({ resource: "session", id: session.id, after: { message_event: number } });
      return { ok: true } as const;
    }),

    implement(sessions.stopSession, async ({ db, caller, project, params: { session_id }, audit }) => {
      const before = await lockSessionOf(db, project.id, session_id);
      await requireSay(db, caller, project, before);
      await stopSession(db, before.id, { message: "Stop requested", userId: caller.user.id });
      const after = await lockSessionOf(db, project.id, session_id);
      audit.record({ resource: "session", id: before.id, ...changeOf(stopOf(before), stopOf(after)) });
      return { ok: true } as const;
    }),

    implement(sessions.extendSession, async ({ db, caller, project, params: { session_id }, body, audit }) => {
      const before = await lockSessionOf(db, project.id, session_id);
      await requireCommand(db, caller, project, before);
      if (caller.user.user_type === "agent") throw denied("agent:run", "an agent cannot give sessions more time");
      requireRunning(before);
      await extendSession(db, caller, before, body.minutes);
      const after = await lockSessionOf(db, project.id, session_id);
      audit.record({ resource: "session", id: before.id, ...changeOf(timesOf(before), timesOf(after)) });
      return await requireSession(db, project.id, session_id);
    }),
  ];
}

/** @throws Problem 404 for a session that is none of the project's */
async function lockSessionOf(db: Queryable, projectId: string, id: string): Promise<LockedSession> {
  const session = await lockSession(db, id);
  if (session === undefined || session.project_id !== projectId) throw notFound("session");
  return session;
}

/** @throws Problem 400 for a session that has ended, or is about to */
function requireRunning({ hasEnded, isOver, stop_requested_at }: LockedSession): void {
  if (hasEnded || isOver || stop_requested_at !== null) throw new Problem(400, "session not running");
}

function stopOf({ status, reason, stop_requested_at }: LockedSession) {
  return { status, reason, stop_requested_at };
}

function timesOf({ deadline_minutes, expires_at }: LockedSession) {
  return { deadline_minutes, expires_at };
}
