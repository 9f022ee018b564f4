import type { Claims } from "../db/claims.ts";
import type { Queryable } from "../db/queryable.ts";
import type { ClaimedRun } from "./claimed-run.ts";

/** Whether the claim is to be looked at though nothing is known to have changed: what rests, when it is to be extended. */
export function isToBeKept(claims: Claims, { isResting, heldUntil }: ClaimedRun): boolean {
  return isResting !== true || heldUntil - performance.now() < claims.enough;
}

/** Looks how the claims of these runs stand, extends them, and ends what is no longer to run. */
export async function keepClaims(
  db: Queryable,
  claims: Claims,
  asked: readonly ClaimedRun[],
  runs: ReadonlySet<ClaimedRun>,
): Promise<void> {
  // By the time before the question: what remains of a claim is never overrated.
  const now = performance.now();
  const kept = await claims.keep(
    db,
    asked.map(({ claim }) => claim),
  );
  const byId = new Map(kept.map((claim) => [claim.id, claim]));
  for (const run of asked) {
    const claim = byId.get(run.claim.id);
    if (claim?.attempt !== run.claim.attempt) {
      if (runs.has(run)) run.abandon();
      continue;
    }
    run.heldUntil = now + claim.remaining;
    if (claim.status !== "running") run.cancel();
    // The runtime ends what has not been shown alive for this long.
    if (run.heldUntil - performance.now() >= claims.enough) run.keepAlive();
  }
}

/** Ends what has a claim that could not be extended, while nobody else can yet think it lost. */
export function endUnleased(claims: Claims, runs: ReadonlySet<ClaimedRun>): void {
  for (const run of runs) {
    if (run.heldUntil - performance.now() < claims.lease / 3) run.unlease();
  }
}
