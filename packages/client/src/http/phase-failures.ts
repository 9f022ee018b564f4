import { AbortedError } from "../errors/aborted-error.ts";
import type { Outcome } from "../errors/client-error.ts";
import type { Phase } from "../errors/phase.ts";
import { TimeoutError } from "../errors/timeout-error.ts";
import { aftermath, type CallContext, callName, isRead, outcomeOfCall } from "./call-context.ts";
import type { EndedBy } from "./ending.ts";

/** How far a request has come. */
export interface Progress {
  readonly phase: Phase;
  /** The status answered, in the body's phase. */
  readonly status: number | undefined;
}

/** What is known about a call whose request ends without the platform's whole answer. */
export function outcomeAt(context: CallContext, { phase }: Progress): Outcome {
  if (phase === "connect") return outcomeOfCall(context, "not_sent");
  return phase === "headers" ? "unknown" : "answered";
}

/** The end of such a request's message. */
export function aftermathAt(context: CallContext, progress: Progress): string {
  const { status } = progress;
  const done = status !== undefined && status < 300 && !isRead(context);
  const advice = done ? ` It was carried out (${status}): do not repeat it, look at the result.` : "";
  return advice + aftermath(context, outcomeAt(context, progress));
}

/** A phase took longer than `milliseconds`. */
export function timedOut(context: CallContext, progress: Progress, milliseconds: number): TimeoutError {
  const { phase } = progress;
  const outcome = outcomeAt(context, progress);
  const limit = `${milliseconds / 1000} s`;
  const what = {
    connect: `no connection to ${context.origin} within ${limit}.`,
    headers: `no answer within ${limit}.`,
    body: `the answer stopped in the middle: nothing more came within ${limit}.`,
  }[phase];
  return new TimeoutError(`${callName(context)}: ${what}${aftermathAt(context, progress)}`, {
    method: context.method,
    path: context.path,
    outcome,
    retryable: outcome === "not_sent" || isRead(context),
    phase,
  });
}

function ended(context: CallContext, by: EndedBy, outcome: Outcome, end: string): AbortedError {
  const what = by === "caller" ? "cancelled by the caller." : "the client is closed.";
  const { method, path } = context;
  return new AbortedError(`${callName(context)}: ${what}${end}`, { method, path, outcome, retryable: false });
}

/** A call that was ended while a request was under way. */
export function aborted(context: CallContext, progress: Progress, by: EndedBy): AbortedError {
  return ended(context, by, outcomeAt(context, progress), aftermathAt(context, progress));
}

/** A call that was ended between two attempts, or before the first. */
export function abortedBetween(context: CallContext, ofLastAttempt: Outcome, by: EndedBy): AbortedError {
  const outcome = outcomeOfCall(context, ofLastAttempt);
  return ended(context, by, outcome, aftermath(context, outcome));
}
