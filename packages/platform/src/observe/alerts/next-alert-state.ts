import type { alerts } from "@platform-mcp/client/contract";

/** What a rule asks for. */
export interface AlertTerms {
  readonly condition: alerts.AlertCondition;
  readonly threshold: number | null;
  /** How long the condition must hold until the rule fires, and nothing be known until that is said. */
  readonly for_seconds: number;
}

/** What is known of a rule; times are milliseconds of the database's clock. */
export interface KnownAlert {
  readonly state: alerts.AlertState;
  readonly since: number;
  /** Since when there has been nothing to judge by; null when there was something the last time. */
  readonly noDataSince: number | null;
  /** Null: never. */
  readonly lastEvaluatedAt: number | null;
}

/** What came of an evaluation; `unknown`: it failed, so that not even the absence of data is certain. */
export type Reading =
  | { readonly kind: "value"; readonly value: number }
  | { readonly kind: "nothing" }
  | { readonly kind: "unknown" };

export interface NextAlert extends Pick<KnownAlert, "state" | "since" | "noDataSince"> {
  /** That it fires from now on, or does so no more. */
  readonly event: "firing" | "resolved" | null;
}

/** What was not looked at for longer than it must hold, and so many milliseconds more, was not seen to hold. */
const OVERSIGHT = 60_000;

/**
 * The state of a rule after an evaluation. Nothing to judge by changes nothing until that has lasted for `for_seconds`:
 * then `no_data` is said, but of a rule that fires, which goes on until it is seen not to hold.
 */
export function nextAlertState(known: KnownAlert, terms: AlertTerms, reading: Reading, now: number): NextAlert {
  const { state, since } = known;
  const stay = { state, since, noDataSince: null, event: null };
  switch (judge(terms, reading)) {
    case "nothing":
      return withoutData(known, terms, now);
    case "clear":
      if (state === "ok") return stay;
      return { ...stay, state: "ok", since: now, event: state === "firing" ? "resolved" : null };
    case "holds": {
      if (state === "firing") return stay;
      if (state !== "pending" || wasInterrupted(known, terms, now)) return { ...stay, state: "pending", since: now };
      if (!hasLasted(since, terms, now)) return stay;
      return { ...stay, state: "firing", since: now, event: "firing" };
    }
  }
}

function judge({ condition, threshold }: AlertTerms, reading: Reading): "holds" | "clear" | "nothing" {
  if (reading.kind === "unknown") return "nothing";
  if (condition === "absent") return reading.kind === "nothing" ? "holds" : "clear";
  if (reading.kind === "nothing" || threshold === null) return "nothing";
  const { value } = reading;
  const holds = { gt: value > threshold, lt: value < threshold, eq: value === threshold }[condition];
  return holds ? "holds" : "clear";
}

function withoutData({ state, since, noDataSince }: KnownAlert, terms: AlertTerms, now: number): NextAlert {
  const from = noDataSince ?? now;
  const isSaid = (state === "ok" || state === "pending") && hasLasted(from, terms, now);
  return { ...(isSaid ? { state: "no_data", since: now } : { state, since }), noDataSince: from, event: null };
}

/** Whether it went unseen for so long, without data or with nobody to look, that it may not have held all the time. */
function wasInterrupted({ noDataSince, lastEvaluatedAt }: KnownAlert, terms: AlertTerms, now: number): boolean {
  if (noDataSince !== null && hasLasted(noDataSince, terms, now)) return true;
  return lastEvaluatedAt === null || hasLasted(lastEvaluatedAt + OVERSIGHT, terms, now);
}

function hasLasted(since: number, { for_seconds }: AlertTerms, now: number): boolean {
  return now - since >= for_seconds * 1000;
}
