import type { Claim } from "../db/claims.ts";

/** Work under a claim, from when that was made until it is given up and nothing of the work is left. */
export interface ClaimedRun {
  readonly claim: Claim;
  /** Resolves when it is over; never rejects. */
  readonly over: Promise<void>;
  /** Until when the claim is certain to be held, by `performance.now()`. */
  heldUntil: number;
  /** True while it does nothing but hold the claim: then it takes nobody's place. */
  readonly isResting?: boolean;
  /** Shows whatever does the work that the claim is held. */
  keepAlive(): void;
  /** Ends it, since its row says that it is no longer to be done. */
  cancel(): void;
  /** Ends it, or lets it go where it can go on, since the platform closes. */
  close(): void;
  /** Ends it at once, or lets it go: its claim cannot be extended, and others may soon think it lost. */
  unlease(): void;
  /** As `unlease`, and records nothing more: it is somebody else's now, or there is no time left. */
  abandon(): void;
}
