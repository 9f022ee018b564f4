import type { ErrorBody } from "@platform-mcp/client/contract";

/** What an error answer says beside its message, and the headers that go with it. */
interface ProblemDetails extends Omit<ErrorBody, "error" | "request_id"> {
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * What the caller is told when a request cannot be done: thrown anywhere, turned into an answer in one place.
 * The message goes to the caller as it is, so it never holds anything secret.
 */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly status: number;
  readonly details: ProblemDetails;

  constructor(status: number, message: string, details: ProblemDetails = {}) {
    super(message);
    this.status = status;
    this.details = details;
  }
}

/** 404; `noun` says what kind of thing was not found, such as `project` or `tree path`. */
export function notFound(noun: string): Problem {
  return new Problem(404, noun);
}

/** 400 for one value of the request, named by its path as the caller wrote it. */
export function invalid(path: string, message: string): Problem {
  return new Problem(400, `${path}: ${message}`, { fields: [{ path, message }] });
}

/** 409; `message` says what is there already. */
export function conflict(message: string): Problem {
  return new Problem(409, message);
}

/** 429, with the seconds after which it is worth trying again. */
export function tooManyRequests(retryAfter: number): Problem {
  return new Problem(429, "too many requests", { headers: { "retry-after": String(retryAfter) } });
}
