import type { Outcome } from "../errors/client-error.ts";
import { cleanText, cutText } from "./clean-text.ts";

/** What every failure of one attempt at a call needs to be told. */
export interface CallContext {
  readonly method: string;
  /** The endpoint's path template. */
  readonly path: string;
  readonly origin: string;
  /** Counted from 1. */
  readonly attempt: number;
  readonly requestId: string;
  /** True when an earlier attempt at this write may have been received: then a later one that was not says little. */
  readonly mayHaveArrived: boolean;
  /** The token of this attempt, which must never show. */
  readonly token: string;
}

/** Text that came from outside, fit for a message: cleaned, without the token, cut. */
export function quote(context: CallContext, text: string, max: number): string {
  return cutText(cleanText(text).replaceAll(context.token, "[token]"), max);
}

/** The call, as messages begin with it. */
export function callName({ method, path }: CallContext): string {
  return `${method} ${path}`;
}

/** Reads may be repeated without harm; whatever else a method does, it may not. */
export function isRead({ method }: CallContext): boolean {
  return method === "GET";
}

/** What is known about the call, given how this attempt at it ended. */
export function outcomeOfCall(context: CallContext, ofAttempt: Outcome): Outcome {
  return context.mayHaveArrived && ofAttempt === "not_sent" ? "unknown" : ofAttempt;
}

/** What a message says at its end about the outcome and the attempts made; empty when there is nothing to say. */
export function aftermath(context: CallContext, outcome: Outcome): string {
  const sentences: string[] = [];
  if (outcome === "not_sent") sentences.push(" Nothing was sent.");
  if (outcome === "unknown" && !isRead(context)) {
    sentences.push(" It is unknown whether it was carried out: check before trying again.");
  }
  if (context.attempt > 1) sentences.push(` Tried ${context.attempt} times.`);
  return sentences.join("");
}
