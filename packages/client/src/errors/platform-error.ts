import { ClientError, type FailedCall } from "./client-error.ts";

/** One value of the request that the platform refused. */
export interface FieldProblem {
  readonly path: string;
  readonly message: string;
}

export interface PlatformErrorDetails extends FailedCall {
  readonly status: number;
  readonly serverMessage: string;
  readonly fields: readonly FieldProblem[];
  readonly permission: string | undefined;
  readonly reason?: string | undefined;
  readonly grantedBy?: string | undefined;
  readonly detail?: string | undefined;
  readonly conflicts?: readonly string[];
  readonly requestId: string;
  readonly retryAfter: number | undefined;
}

/** The platform, or something before it, answered with an error status. */
export class PlatformError extends ClientError {
  override readonly name = "PlatformError";
  readonly status: number;
  /** The server's own words, cleaned and cut; the status's standard phrase where it gave none. */
  readonly serverMessage: string;
  readonly fields: readonly FieldProblem[];
  /** On 403: the permission that is missing, where the server says it. */
  readonly permission: string | undefined;
  /** On 403: why it is missing, in the server's words. */
  readonly reason: string | undefined;
  /** On 403: who can grant it, in the server's words. */
  readonly grantedBy: string | undefined;
  /** A sentence that says it all, in the server's words. */
  readonly detail: string | undefined;
  /** On 409 of a merge: the paths that conflict. */
  readonly conflicts: readonly string[];
  /** What the server's logs know the request by. */
  readonly requestId: string;
  /** Seconds until the server wants to be asked again. */
  readonly retryAfter: number | undefined;

  constructor(message: string, details: PlatformErrorDetails) {
    super(message, details);
    this.status = details.status;
    this.serverMessage = details.serverMessage;
    this.fields = details.fields;
    this.permission = details.permission;
    this.reason = details.reason;
    this.grantedBy = details.grantedBy;
    this.detail = details.detail;
    this.conflicts = details.conflicts ?? [];
    this.requestId = details.requestId;
    this.retryAfter = details.retryAfter;
  }
}
