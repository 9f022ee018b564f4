import type { AbandonedClaim, Claim, Claims } from "../db/claims.ts";
import type { Queryable } from "../db/queryable.ts";

const BATCH = 25;

interface SweepOptions {
  /**
   * Whether this process works under the claim: then it keeps or ends it itself, though the claim has expired, as on a
   * computer that has slept.
   */
  readonly isOwn: (claim: Claim) => boolean;
  /** Deals with one that was abandoned. */
  readonly drop: (claim: AbandonedClaim) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

/**
 * Goes through the claims of platforms that are gone; one that cannot be dealt with is told to `onError`, and in nobody's
 * way.
 */
export async function sweepClaims(db: Queryable, claims: Claims, options: SweepOptions): Promise<void> {
  const { isOwn, drop, onError } = options;
  for (let after: string | null = null; ; ) {
    const batch = await claims.abandoned(db, { after, limit: BATCH });
    for (const claim of batch) if (!isOwn(claim)) await drop(claim).catch(onError);
    after = batch.at(-1)?.id ?? null;
    if (batch.length < BATCH) return;
  }
}
