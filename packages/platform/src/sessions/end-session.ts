import type { sessions } from "@platform-mcp/client/contract";
import { sql } from "kysely";
import { recordByPlatform } from "../audit/platform.ts";
import type { Queryable } from "../db/queryable.ts";
import { storable } from "../db/storable.ts";
import { endAccess } from "../users/end-access.ts";
import { emitWebhook } from "../webhooks/emit-webhook.ts";
import { appendEvent } from "./append-event.ts";

/** How a session ended. What is left out is not known, or was not to be: it stays as it is. */
export interface SessionOutcome {
  readonly status: "completed" | "failed" | "stopped";
  readonly reason: sessions.SessionEndReason;
  /** The agent's own summary, or what went wrong. */
  readonly message: string | null;
  readonly exitCode?: number | null;
  readonly turns?: number | null;
  readonly costUsd?: number | null;
  readonly costTokens?: number | null;
  readonly commitSha?: string | null;
}

const lastEvents = { completed: "completed", failed: "error", stopped: "milestone" } as const;

/**
 * Ends a session and with it its agent's identity: tokens are gone, what was lent is taken back, the user is no longer
 * active. The one way in which a session ends, in a transaction. False when it had ended before, or is not there.
 */
export async function endSession(db: Queryable, sessionId: string, outcome: SessionOutcome): Promise<boolean> {
  const { status, reason, exitCode, turns, costUsd, costTokens, commitSha } = outcome;
  const message = outcome.message === null ? null : storable(outcome.message);
  const ended = await db
    .updateTable("agent_sessions")
    .where("id", "=", sessionId)
    .where("status", "in", ["pending", "running"])
    .set({
      ...{ status, reason, message, finished_at: sql<string>`now()` },
      ...{ exit_code: exitCode, turns, cost_usd: costUsd, cost_tokens: costTokens, commit_sha: commitSha },
    })
    .returning(["agent_user_id", "project_id"])
    .executeTakeFirst();
  if (ended === undefined) return false;
  await endAccess(db, ended.agent_user_id);
  const known = Object.entries({
    ...{ status, reason, exit_code: exitCode, turns, cost_usd: costUsd, cost_tokens: costTokens },
    commit_sha: commitSha,
  }).filter(([, value]) => value !== undefined && value !== null);
  await appendEvent(db, sessionId, {
    kind: lastEvents[status],
    message: message ?? status,
    metadata: Object.fromEntries(known),
  });
  await emitWebhook(db, ended.project_id, "agent", { action: status, session_id: sessionId });
  await recordByPlatform(db, "agent session end", {
    resource: "session",
    id: sessionId,
    project: ended.project_id,
    after: { status, reason },
  });
  return true;
}
