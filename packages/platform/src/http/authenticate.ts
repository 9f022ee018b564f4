import type { Caller } from "../access/caller.ts";
import { findCaller, touchToken } from "../access/tokens.ts";
import type { Queryable } from "../db/queryable.ts";

/**
 * Who an `Authorization` header speaks for: `Bearer <token>`, or `Basic` with the user's name and one of their tokens,
 * as git sends it. One check for both, so that a token can do the same by either. Undefined when it is none or no good.
 */
export async function authenticate(db: Queryable, header: string | undefined): Promise<Caller | undefined> {
  const credential = header === undefined ? undefined : readCredential(header);
  if (credential === undefined) return undefined;
  const caller = await findCaller(db, credential.token);
  if (caller === undefined || (credential.user !== undefined && credential.user !== caller.user.name)) return undefined;
  await touchToken(db, caller.token.id);
  return caller;
}

interface Credential {
  readonly token: string;
  /** Given with Basic: must be the token's own user. */
  readonly user?: string;
}

function readCredential(header: string): Credential | undefined {
  const [, scheme, value] = /^(Bearer|Basic) +(.+)$/i.exec(header) ?? [];
  if (scheme === undefined || value === undefined) return undefined;
  if (scheme.toLowerCase() === "bearer") return { token: value };
  const decoded = Buffer.from(value, "base64").toString("utf8");
  const colon = decoded.indexOf(":");
  return colon < 0 ? undefined : { user: decoded.slice(0, colon), token: decoded.slice(colon + 1) };
}
