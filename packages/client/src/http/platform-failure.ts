import type { Outcome } from "../errors/client-error.ts";
import { PlatformError } from "../errors/platform-error.ts";
import { aftermath, type CallContext, callName, isRead, quote } from "./call-context.ts";
import { type ErrorAnswer, parseErrorBody } from "./error-message.ts";
import { readStart } from "./read-body.ts";
import { parseRetryAfter } from "./retry-after.ts";
import type { Answer } from "./send.ts";
import { statusPhrase } from "./status-phrase.ts";

/** Statuses that pass by themselves: a read that got one is sent again. */
export const temporaryStatuses: ReadonlySet<number> = new Set([408, 429, 502, 503, 504]);

/** Bytes of an error's body that are read; more explains nothing. */
const maxErrorBody = 65_536;
const maxMessage = 1_000;
const maxFields = 20;
const maxConflicts = 100;

function outcomeOf(context: CallContext, status: number, wait: number | undefined, said: ErrorAnswer): Outcome {
  if (isRead(context)) return "answered";
  // This attempt was turned away, which does not say what became of an earlier one.
  if (context.mayHaveArrived && isTemporary(status, wait)) return "unknown";
  // A gateway answers so too when it has lost the platform's answer to a request that it had passed on.
  if (status === 502 || status === 504 || (status === 503 && !said.fromPlatform)) return "unknown";
  return "answered";
}

/** A conflict that names a time is with something that will be over by then. */
function isTemporary(status: number, wait: number | undefined): boolean {
  return temporaryStatuses.has(status) || (status === 409 && wait !== undefined);
}

function describe(context: CallContext, error: Omit<PlatformError, keyof Error>): string {
  const { status, serverMessage, fields, retryAfter, outcome } = error;
  const phrase = statusPhrase(status);
  let text = `${callName(context)} answered ${status} ${phrase}`;
  if (serverMessage !== phrase) text += `: ${serverMessage}`;
  if (fields.length > 0) {
    text += ` (${fields.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`)).join("; ")})`;
  }
  const end = (retryAfter === undefined ? "" : ` Retry after ${retryAfter} s.`) + aftermath(context, outcome);
  return end === "" || /[.!?]$/.test(text) ? text + end : `${text}.${end}`;
}

/** Reads an error answer to its end and makes the error of it. */
export async function platformFailure(answer: Answer, context: CallContext): Promise<PlatformError> {
  const { status } = answer;
  const said = parseErrorBody(await readStart(answer, maxErrorBody), answer.header("content-type"));
  const wait = parseRetryAfter(answer.header("retry-after"), Date.now());
  const outcome = outcomeOf(context, status, wait, said);
  const harmless = isRead(context) || outcome === "answered";
  const details = {
    method: context.method,
    path: context.path,
    outcome,
    retryable: harmless && isTemporary(status, wait),
    status,
    serverMessage: quote(context, said.message ?? "", maxMessage) || statusPhrase(status),
    fields: said.fields.slice(0, maxFields).map(({ path, message }) => ({
      path: quote(context, path, 100),
      message: quote(context, message, 300),
    })),
    permission: said.permission === undefined ? undefined : quote(context, said.permission, 100),
    reason: said.reason === undefined ? undefined : quote(context, said.reason, 300),
    grantedBy: said.grantedBy === undefined ? undefined : quote(context, said.grantedBy, 300),
    detail: said.detail === undefined ? undefined : quote(context, said.detail, 500),
    conflicts: said.conflicts.slice(0, maxConflicts).map((path) => quote(context, path, 1000)),
    requestId: quote(context, said.requestId ?? answer.header("x-request-id") ?? context.requestId, 100),
    retryAfter: wait === undefined ? undefined : Math.ceil(wait / 1000),
  };
  return new PlatformError(describe(context, details), details);
}
