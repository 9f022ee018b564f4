import type { Claims } from "../db/claims.ts";
import type { Queryable } from "../db/queryable.ts";
import type { ClaimedRun } from "./claimed-run.ts";

/** Looks how the claims of what runs stand, extends them, and ends what is no longer to run. */
export async function keepClaims(db: Queryable, claims: Claims, runs: ReadonlySet<ClaimedRun>): Promise<void> {
  const asked = [...runs];
  // By the time before the question: what remains of a claim is never overrated.
  const now = performance.now();
  const kept = await claims.keep(
    db,
    asked.map(({ claim }) => claim),
  );
  const byId = new Map(kept.map((claim) => [claim.id, claim]));
  const enough = (claims.lease * 2) / 3;
  for (const run of asked) {
    const claim = byId.get(run.claim.id);
    if (claim?.attempt !== run.claim.attempt) {
      if (runs.has(run)) run.abandon();
      continue;
    }
    run.heldUntil = now + claim.remaining;
    if (claim.status !== "running") run.cancel();
    // The runtime ends what has not been shown alive for this long.
    if (run.heldUntil - performance.now() >= enough) run.keepAlive();
  }
}

/** Ends what has a claim that could not be extended, while nobody else can yet think it lost. */
export function endUnleased(claims: Claims, runs: ReadonlySet<ClaimedRun>): void {
  for (const run of runs) {
    if (run.heldUntil - performance.now() < claims.lease / 3) run.unlease();
  }
}
