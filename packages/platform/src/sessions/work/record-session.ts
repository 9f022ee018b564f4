import { sql } from "kysely";
import type { Claim, Claims } from "../../db/claims.ts";
import type { Queryable } from "../../db/queryable.ts";
import { agentLogRef } from "../../pipelines/logs/log-ref.ts";
import { appendEvent, appendEvents } from "../append-event.ts";
import { endSession, type SessionOutcome } from "../end-session.ts";
import { setIdentityEnd } from "../identity-end.ts";
import type { Progress } from "./output-recorder.ts";

/** What this platform knows of a claim, and of the session under it. */
interface Held {
  readonly claims: Claims;
  readonly claim: Claim;
}

interface Start {
  /** What will run it, in the runtime's words. */
  readonly podName: string | null;
  /** Aborted when it is not to start any more: then nothing is noted. */
  readonly signal: AbortSignal;
}

/** Notes that a session's agent is about to start, from which on it has its time. False when it is not to start any more. */
export async function recordStart(
  db: Queryable,
  { claims, claim }: Held,
  { podName, signal }: Start,
): Promise<boolean> {
  return await db.transaction().execute(async (transaction) => {
    const { numUpdatedRows } = await transaction
      .updateTable("agent_sessions")
      .where(claims.held(claim))
      .where("status", "=", "running")
      .where("stop_requested_at", "is", null)
      .set({
        ...{ started_at: sql<string>`now()`, pod_name: podName, log_ref: agentLogRef(claim.id), lost_claims: 0 },
        // It is there already where it cannot be later.
        expires_at: sql<string>`least(expires_at, now() + make_interval(mins => deadline_minutes))`,
      })
      .executeTakeFirst();
    if (numUpdatedRows === 0n) return false;
    await setIdentityEnd(transaction, claim.id);
    const metadata = podName === null ? {} : { pod_name: podName };
    await appendEvent(transaction, claim.id, { kind: "milestone", message: "The session has started", metadata });
    signal.throwIfAborted();
    return true;
  });
}

/** Keeps what was read of a session's output. False when the claim is not held any more: then nothing is kept. */
export async function recordProgress(
  db: Queryable,
  { claims, claim }: Held,
  {
    events,
    cursor,
    logBytes,
    ...learnt
  }: Progress & Pick<SessionOutcome, "turns" | "costUsd" | "costTokens" | "commitSha">,
): Promise<boolean> {
  return await db.transaction().execute(async (transaction) => {
    const { numUpdatedRows } = await transaction
      .updateTable("agent_sessions")
      .where(claims.held(claim))
      .set({
        ...{ output_cursor: cursor, log_bytes: logBytes },
        ...{
          turns: learnt.turns ?? undefined,
          cost_usd: learnt.costUsd ?? undefined,
          cost_tokens: learnt.costTokens ?? undefined,
          commit_sha: learnt.commitSha ?? undefined,
        },
      })
      .executeTakeFirst();
    if (numUpdatedRows === 0n) return false;
    if (events.length > 0) await appendEvents(transaction, claim.id, events);
    return true;
  });
}

/**
 * Records how a session ended and gives up the claim. Of one that has ended already, only the claim is given up; of one
 * that is somebody else's by now, nothing is changed.
 * @param lastMessage the number of the last message that the agent was given; undefined when nobody knows
 */
export async function recordEnd(
  db: Queryable,
  { claims, claim }: Held,
  { outcome, lastMessage }: { readonly outcome: SessionOutcome; readonly lastMessage?: number | undefined },
): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    const session = await transaction
      .selectFrom("agent_sessions")
      .where(claims.held(claim))
      .select("status")
      .forUpdate()
      .executeTakeFirst();
    if (session === undefined) return;
    if (session.status === "running") await tellLateMessages(transaction, claim.id, lastMessage);
    await endSession(transaction, claim.id, outcome);
    await transaction
      .updateTable("agent_sessions")
      .where("id", "=", claim.id)
      .set({ claimed_by: null, claim_expires_at: null })
      .execute();
  });
}

/** Says in the session that messages have not reached its agent, since that had ended. */
async function tellLateMessages(db: Queryable, sessionId: string, lastMessage: number | undefined): Promise<void> {
  if (lastMessage === undefined) return;
  const late = await db
    .selectFrom("session_events")
    .where("session_id", "=", sessionId)
    .where("kind", "=", "message")
    .where("number", ">", lastMessage)
    .orderBy("number")
    .select("number")
    .execute();
  if (late.length === 0) return;
  const numbers = late.map(({ number }) => number);
  const which = numbers.length === 1 ? "A message" : `${numbers.length} messages`;
  const message = `${which} came too late: the agent had ended`;
  await appendEvent(db, sessionId, { kind: "error", message, metadata: { messages: numbers } });
}
