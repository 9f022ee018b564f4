import { inSeconds } from "./while-away.ts";

/** For how long the platform is waited for while work is saved. */
export interface Patience {
  /** When a platform that is away is given up, by `performance.now()`. */
  readonly until: number;
  /** Milliseconds that a question may take that begins now. */
  readonly question: () => number;
  /** Milliseconds that a transfer may take that begins now. */
  readonly transfer: () => number;
}

/** Milliseconds that an answer takes, also when it is late already. */
const least = 5_000;

/** @param isHurried when somebody waits for the session to end, and ends it if it takes too long */
export function patienceFor(pushSeconds: number, isHurried: boolean): Patience {
  const until = inSeconds(pushSeconds);
  const left = () => Math.max(until - performance.now(), least);
  return { until, question: () => Math.min(left(), 30_000), transfer: isHurried ? left : () => 600_000 };
}
