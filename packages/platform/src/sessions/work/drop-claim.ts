import { type RawBuilder, type SqlBool, sql } from "kysely";
import type { Queryable } from "../../db/queryable.ts";
import { endSession } from "../end-session.ts";
import { notifySessionWork } from "../notify-session-work.ts";

/** How often in a row a session may be claimed without being started. */
const MOST_CLAIMS = 3;

interface DroppedClaim {
  /** True for the session while the claim is the one that is meant. */
  readonly guard: RawBuilder<SqlBool>;
  /** Whether something went wrong, which counts; otherwise it was only given back. */
  readonly isFault: boolean;
  /** How long a session waits of which the start has failed, in milliseconds. */
  readonly retryPause: number;
  /** Why it could not be started, for people. */
  readonly why: string;
}

/**
 * Ends a claim under which nothing was started: the session waits for the next one, is stopped if somebody asked for
 * that, or fails when that has happened too often. Of one that has ended only the claim is given up.
 */
export async function dropClaim(db: Queryable, { guard, isFault, retryPause, why }: DroppedClaim): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    const session = await transaction
      .selectFrom("agent_sessions")
      .where(guard)
      .where((eb) => eb.or([eb("started_at", "is", null), eb("status", "<>", "running")]))
      .select(["id", "status", "lost_claims", "stop_requested_at"])
      .forUpdate()
      .executeTakeFirst();
    if (session === undefined) return;
    const { id, status, stop_requested_at } = session;
    const lost_claims = session.lost_claims + (isFault ? 1 : 0);
    if (status === "running" && stop_requested_at !== null) {
      await endSession(transaction, id, {
        status: "stopped",
        reason: "stopped",
        message: "It was stopped before it started",
      });
    } else if (status === "running" && lost_claims >= MOST_CLAIMS) {
      const message = `It was tried ${MOST_CLAIMS} times to start it: ${why}`;
      await endSession(transaction, id, { status: "failed", reason: "start_failed", message });
    } else if (status === "running") {
      await transaction
        .updateTable("agent_sessions")
        .where("id", "=", id)
        .set({
          ...{ status: "pending", lost_claims },
          not_before: isFault ? sql<string>`now() + make_interval(secs => ${retryPause / 1000})` : null,
        })
        .execute();
    }
    await transaction
      .updateTable("agent_sessions")
      .where("id", "=", id)
      .set({ claimed_by: null, claim_expires_at: null })
      .execute();
    await notifySessionWork(transaction, id);
  });
}
