import type { IncomingHttpHeaders } from "node:http";
import type { Caller } from "../access/caller.ts";
import { findSessionCaller, sessionCookie } from "../access/sessions.ts";
import { findCaller, touchToken } from "../access/tokens.ts";
import type { Queryable } from "../db/queryable.ts";

/**
 * Who a request to the API speaks for: by its `Authorization` header, and where that is none or no good by its session
 * cookie. Undefined when neither is.
 */
export async function authenticateRequest(
  db: Queryable,
  { method, headers }: { readonly method: string; readonly headers: IncomingHttpHeaders },
): Promise<Caller | undefined> {
  const caller = await authenticate(db, headers.authorization);
  if (caller !== undefined) return caller;
  const session = sessionCookie(headers.cookie);
  if (session === undefined || isForged(method, headers)) return undefined;
  return await findSessionCaller(db, session);
}

/**
 * Who an `Authorization` header speaks for: `Bearer <token>`, or `Basic` with the user's name and one of their tokens,
 * as git sends it. One check for both, so that a token can do the same by either. Undefined when it is none or no good.
 */
export async function authenticate(db: Queryable, header: string | undefined): Promise<Caller | undefined> {
  const credential = header === undefined ? undefined : readCredential(header);
  if (credential === undefined) return undefined;
  const caller = (await findCaller(db, credential.token)) ?? (await findSessionCaller(db, credential.token));
  if (caller === undefined || (credential.user !== undefined && credential.user !== caller.user.name)) return undefined;
  if (caller.token.kind === "api_token") await touchToken(db, caller.token.id);
  return caller;
}

/**
 * Whether a browser says that a page of somebody else makes it send this change with the user's cookie. SameSite does
 * not stop pages on a sibling host, such as a preview of code that anybody pushed.
 */
function isForged(method: string, headers: IncomingHttpHeaders): boolean {
  const from = headers["sec-fetch-site"];
  return !/^(GET|HEAD)$/.test(method) && from !== undefined && from !== "same-origin" && from !== "none";
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
