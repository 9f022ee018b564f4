import type { UserRow } from "../db/schema.ts";

/** What a credential narrows its user to. */
export interface TokenLimits {
  readonly id: string;
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
