import { isCurrent, type Known } from "./known.ts";
import type { Next } from "./next-state.ts";

/** Whether there is nothing to record. */
export function isUnchanged(known: Known, next: Next): boolean {
  const { status, reason, message, url, failures, stalled, nextAttemptAt, history, isRemoved } = next;
  return (
    !isRemoved &&
    history === null &&
    isCurrent(known) &&
    known.status === status &&
    known.reason === reason &&
    known.message === message &&
    known.url === url &&
    known.failures === failures &&
    known.stalled === stalled &&
    known.nextAttemptAt === nextAttemptAt
  );
}
