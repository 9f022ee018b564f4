import type { Outcome } from "../errors/client-error.ts";
import { UnexpectedAnswerError } from "../errors/unexpected-answer-error.ts";
import { aftermath, type CallContext, callName, isRead, quote } from "./call-context.ts";
import { htmlTitle } from "./html.ts";
import { aftermathAt } from "./phase-failures.ts";
import type { Answer } from "./send.ts";

function unexpected(
  context: CallContext,
  answer: Answer,
  what: string,
  { outcome, webPage = false }: { readonly outcome: Outcome; readonly webPage?: boolean },
): UnexpectedAnswerError {
  const { status } = answer;
  const end = outcome === "answered" ? aftermathAt(context, { phase: "body", status }) : aftermath(context, outcome);
  const { method, path } = context;
  const text = `${callName(context)} answered ${status} with ${what}${end}`;
  return new UnexpectedAnswerError(text, { method, path, outcome, retryable: false, status, webPage });
}

/** Whatever answered was not the platform, so nobody knows what became of a write. */
function fromElsewhere(context: CallContext): Outcome {
  return isRead(context) ? "answered" : "unknown";
}

/** A redirect, which is never followed: it could carry the token to another host. */
export function redirected(context: CallContext, answer: Answer): UnexpectedAnswerError {
  const target = URL.parse(answer.header("location") ?? "", context.origin);
  const where = target === null ? "" : ` to ${quote(context, target.host === "" ? target.protocol : target.host, 200)}`;
  const what = `a redirect${where}, which is not followed. Is PLATFORM_API_URL right, and is this a login page?`;
  return unexpected(context, answer, what, { outcome: fromElsewhere(context) });
}

/** A web page where the API should be. */
export function htmlAnswered(context: CallContext, answer: Answer, html: string): UnexpectedAnswerError {
  const title = htmlTitle(html);
  const named = title === undefined ? "" : ` titled ${JSON.stringify(quote(context, title, 100))}`;
  const what = `a web page${named} instead of data: a proxy's page, a login page, or a platform without this endpoint. Is PLATFORM_API_URL right?`;
  return unexpected(context, answer, what, { outcome: fromElsewhere(context), webPage: true });
}

/** A body that should be JSON and is not, or not all of it. */
export function jsonUnreadable(context: CallContext, answer: Answer, cutOff: boolean): UnexpectedAnswerError {
  const type = quote(context, answer.header("content-type") ?? "no content type", 100);
  const what = cutOff ? "JSON that is cut off in the middle." : `something that is not JSON (${type}).`;
  return unexpected(context, answer, what, { outcome: cutOff ? "answered" : fromElsewhere(context) });
}

/** A body compressed without having been asked for. */
export function encodingUnasked(context: CallContext, answer: Answer): UnexpectedAnswerError {
  const encoding = quote(context, answer.header("content-encoding") ?? "", 50);
  return unexpected(context, answer, `the content encoding ${encoding}, which was not asked for.`, {
    outcome: "answered",
  });
}

/** A JSON answer above the size that is held in memory. */
export function answerTooLarge(context: CallContext, answer: Answer, limit: number): UnexpectedAnswerError {
  const size = limit >= 1_048_576 ? `${Math.floor(limit / 1_048_576)} MiB` : `${limit} bytes`;
  return unexpected(context, answer, `more than ${size} of JSON, which is not read. Ask for less.`, {
    outcome: "answered",
  });
}
