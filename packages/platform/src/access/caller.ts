import type { UserRow } from "../db/schema.ts";

/** What a credential narrows its user to. */
export interface TokenLimits {
  readonly id: string;
  /** A login session stands for its user without limits; it is no API token, and its id is no token's. */
  readonly kind: "api_token" | "login_session";
  readonly name: string;
  /** Empty, or holding `*`, means unrestricted. */
  readonly scopes: readonly string[];
  /** The one project that the token is good for; null for any. */
  readonly project_id: string | null;
  readonly expires_at: string | null;
}

/** Who makes a request, and with what. */
export interface Caller {
  readonly user: UserRow;
  readonly token: TokenLimits;
}

/** Whether scopes narrow nothing. */
export function areUnrestricted(scopes: readonly string[]): boolean {
  return scopes.length === 0 || scopes.includes("*");
}

/** A user without regard to any token of theirs. */
export function inPerson(user: UserRow): Caller {
  return { user, token: { id: "", kind: "login_session", name: "", scopes: [], project_id: null, expires_at: null } };
}
