import { invalid } from "../problem.ts";
import { type Instant, instantOf, now } from "./instant.ts";

/** The time that is searched, both ends included. */
export interface TimeWindow {
  readonly from: Instant;
  readonly to: Instant;
}

const hour = 3_600_000_000;
/** Longer than telemetry is kept. */
export const everything = 2 * 366 * 24 * hour;

interface Asked {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/**
 * The window that a query asks for: until now unless it says so, and from `span` microseconds before that, an hour if
 * nothing else is said. What a page before this one has searched takes the place of both. @throws Problem 400
 */
export function windowOf(asked: Asked, earlier?: TimeWindow, span = hour): TimeWindow {
  const to = asked.to === undefined ? (earlier?.to ?? now()) : instantOf(asked.to);
  const from = asked.from === undefined ? (earlier?.from ?? Math.max(0, to - span)) : instantOf(asked.from);
  if (from > to) throw invalid("from", "must not be after to");
  return { from, to };
}
