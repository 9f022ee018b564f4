import type { AbandonedClaim } from "../../db/claims.ts";
import type { Queryable } from "../../db/queryable.ts";
import type { Wakeups } from "../../db/wakeups.ts";
import { ClaimWorker } from "../../workers/claim-worker.ts";
import { sweepClaims } from "../../workers/sweep-claims.ts";
import { claimSessions } from "./claim-sessions.ts";
import { dropClaim } from "./drop-claim.ts";
import { readWishes } from "./read-session.ts";
import { SessionRun } from "./session-run.ts";
import type { SessionServices } from "./session-services.ts";

export interface SessionWorkerOptions extends SessionServices {
  readonly wakeups: Wakeups;
  /** The database by connections of its own: claims are kept however many requests wait for the others. */
  readonly claimsDb: Queryable;
  /** How many sessions it runs at the same time. */
  readonly maxSessions: number;
}

/** How long it tries to record, when it closes, how its last sessions ended, once their agents' time is over. */
const LAST_WORDS = 5_000;

/** Runs agent sessions that wait and goes on with those whose platform is gone, until it is closed. */
export function startSessionWorker(options: SessionWorkerOptions): { close(): Promise<void> } {
  const { db, claimsDb, claims, runtime, wakeups, maxSessions, closingGrace, logger } = options;
  const onError = (error: unknown) => logger.error({ err: error }, "running agent sessions");

  const drop = async (claim: AbandonedClaim, worker: ClaimWorker<SessionRun>) => {
    const why = "each time, the platform that was to start it went away";
    await dropClaim(db, { guard: claims.stillAbandoned(claim), isFault: true, retryPause: 0, why });
    const heldUntil = performance.now() + claims.lease;
    const taken = await claims.takeOver(db, claim);
    if (taken !== undefined) worker.begin(taken, heldUntil);
  };
  const worker = new ClaimWorker<SessionRun>({
    ...{ claims, claimsDb, most: maxSessions, lastWords: closingGrace + LAST_WORDS, onError },
    cleanUp: () => runtime.cleanUp(),
    claim: (limit) => claimSessions(db, claims, limit),
    begin: (claim, heldUntil) => new SessionRun(options, claim, heldUntil),
    sweep: (self) => sweepClaims(db, claims, { isOwn: self.isOwn, onError, drop: (claim) => drop(claim, self) }),
    look: async (runs) => {
      const byId = new Map([...runs].map((run) => [run.claim.id, run]));
      for (const wish of await readWishes(claimsDb, [...byId.keys()])) byId.get(wish.id)?.grant(wish);
    },
  });

  const stopListening = wakeups.on("session_work", () => {
    worker.ready.ring();
    worker.changed.ring();
  });
  return {
    close: async () => {
      stopListening();
      await worker.close();
    },
  };
}
