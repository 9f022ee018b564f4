import type { V1Status } from "@kubernetes/client-node";
import { errorCode } from "../../db/embedded/files.ts";
import { jsonIn } from "./json.ts";

/** What the cluster's API server, or the way to it, answered instead of what was asked for. */
export class KubeError extends Error {
  override readonly name = "KubeError";
  /** The HTTP status; undefined when there was no answer. */
  readonly status: number | undefined;
  /** The API server's word for it, such as `NotFound` or `AlreadyExists`. */
  readonly reason: string | undefined;

  constructor(message: string, { status, reason, cause }: KubeErrorDetails = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.status = status;
    this.reason = reason;
  }

  /** Whether the same may well succeed a little later. */
  get isTransient(): boolean {
    const { status } = this;
    if (status === undefined || status === 408 || status === 429) return true;
    // 500 is also what it says when its own database does not answer. 401: a token is replaced while it is used.
    return status >= 500 || status === 401;
  }
}

interface KubeErrorDetails {
  readonly status?: number | undefined;
  readonly reason?: string | undefined;
  readonly cause?: unknown;
}

/** The error that an answer with another status than 2xx stands for; `body` is a Status object, or whatever a proxy says. */
export function answerError(status: number, body: unknown): KubeError {
  const { message, reason } = statusOf(body);
  return new KubeError(message ?? `the API server answered ${status}`, { status, reason });
}

/** Whatever calling the API server threw, as a `KubeError`. */
export function kubeErrorOf(error: unknown): KubeError {
  if (error instanceof KubeError) return error;
  if (error instanceof Error && "code" in error && typeof error.code === "number") {
    return answerError(error.code, "body" in error ? error.body : undefined);
  }
  return new KubeError(`the API server cannot be reached: ${rootOf(error)}`, { cause: error });
}

/** Whether it says that there is no such thing, or not any more. */
export function isNotFound(error: unknown): boolean {
  return error instanceof KubeError && error.status === 404;
}

function statusOf(body: unknown): Pick<V1Status, "message" | "reason"> {
  const parsed = typeof body === "string" ? jsonIn(body) : body;
  if (typeof parsed !== "object" || parsed === null) return {};
  const message = "message" in parsed && typeof parsed.message === "string" ? parsed.message : undefined;
  const reason = "reason" in parsed && typeof parsed.reason === "string" ? parsed.reason : undefined;
  return { ...(message && { message }), ...(reason && { reason }) };
}

/** `fetch failed` says nothing; what it was caused by does. */
function rootOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return rootOf(error.cause);
  return error.message || (errorCode(error) ?? error.name);
}
