import { AbortedError } from "../errors/aborted-error.ts";
import type { Outcome } from "../errors/client-error.ts";
import type { Phase } from "../errors/phase.ts";
import { TimeoutError } from "../errors/timeout-error.ts";
import { aftermath, type CallContext, callName, isRead } from "./call-context.ts";

/** What is known about a request that ends in a phase without the platform's whole answer. */
export function outcomeIn(phase: Phase): Outcome {
  if (phase === "connect") return "not_sent";
  return phase === "headers" ? "unknown" : "answered";
}

/** For the body's phase: a write whose success was answered has happened, though its answer is lost. */
export function carriedOut(context: CallContext, phase: Phase): string {
  return phase === "body" && !isRead(context) ? " It was carried out: do not repeat it, look at the result." : "";
}

/** A phase took longer than `milliseconds`. */
export function timedOut(context: CallContext, phase: Phase, milliseconds: number): TimeoutError {
  const limit = `${milliseconds / 1000} s`;
  const outcome = outcomeIn(phase);
  const what = {
    connect: `no connection to ${context.origin} within ${limit}.`,
    headers: `no answer within ${limit}.`,
    body: `the answer stopped in the middle: nothing more came within ${limit}.`,
  }[phase];
  return new TimeoutError(`${callName(context)}: ${what}${carriedOut(context, phase)}${aftermath(context, outcome)}`, {
    method: context.method,
    path: context.path,
    outcome,
    retryable: phase === "connect" || isRead(context),
    phase,
  });
}

/** The caller gave the call up, or closed the client. */
export function aborted(context: CallContext, phase: Phase, by: "caller" | "close"): AbortedError {
  const outcome = outcomeIn(phase);
  const what = by === "caller" ? "cancelled by the caller." : "the client is closed.";
  return new AbortedError(`${callName(context)}: ${what}${carriedOut(context, phase)}${aftermath(context, outcome)}`, {
    method: context.method,
    path: context.path,
    outcome,
    retryable: false,
  });
}
