import { randomBytes } from "node:crypto";
import { sql } from "kysely";
import type { Queryable } from "../db/queryable.ts";
import type { Caller } from "./caller.ts";
import { hashToken } from "./tokens.ts";

/** How long a login lasts, in seconds. */
export const sessionSeconds = 24 * 60 * 60;

const cookieName = "session";
const prefix = "plat_";

/** A login session's token: `plat_` and 64 hex digits. */
export interface NewSession {
  readonly id: string;
  readonly token: string;
  readonly expires_at: string;
}

/** Starts a login session. Sessions of anybody that have ended are removed on the way. */
export async function createSession(db: Queryable, userId: string): Promise<NewSession> {
  await db.deleteFrom("login_sessions").where("expires_at", "<=", sql<string>`now()`).execute();
  const token = `${prefix}${randomBytes(32).toString("hex")}`;
  const row = await db
    .insertInto("login_sessions")
    .values({
      user_id: userId,
      token_hash: hashToken(token),
      expires_at: sql<string>`now() + make_interval(secs => ${sessionSeconds})`,
    })
    .returning(["id", "expires_at"])
    .executeTakeFirstOrThrow();
  return { ...row, token };
}

/** Ends the login sessions of a user, all but `except`. */
export async function endSessions(db: Queryable, userId: string, except?: string): Promise<void> {
  let query = db.deleteFrom("login_sessions").where("user_id", "=", userId);
  if (except !== undefined) query = query.where("id", "!=", except);
  await query.execute();
}

/** Who has logged in with this session; undefined when it is unknown or over, or its user is not an active human. */
export async function findSessionCaller(db: Queryable, token: string): Promise<Caller | undefined> {
  if (!token.startsWith(prefix)) return undefined;
  const row = await db
    .selectFrom("login_sessions")
    .innerJoin("users", "users.id", "login_sessions.user_id")
    .where("login_sessions.token_hash", "=", hashToken(token))
    .where("login_sessions.expires_at", ">", sql<string>`now()`)
    .where("users.is_active", "=", true)
    .where("users.user_type", "=", "human")
    .selectAll("users")
    .select(["login_sessions.id as session_id", "login_sessions.expires_at"])
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { session_id, expires_at, ...user } = row;
  return {
    user,
    token: { id: session_id, kind: "login_session", name: "login session", scopes: [], project_id: null, expires_at },
  };
}

/** The session token in a `Cookie` header. */
export function sessionCookie(header: string | undefined): string | undefined {
  for (const pair of header?.split(";") ?? []) {
    const equals = pair.indexOf("=");
    if (equals > 0 && pair.slice(0, equals).trim() === cookieName) return pair.slice(equals + 1).trim();
  }
  return undefined;
}

/** The `Set-Cookie` header that keeps a session in a browser, or with null removes it. */
export function sessionSetCookie(token: string | null, secure: boolean): string {
  const age = token === null ? 0 : sessionSeconds;
  return `${cookieName}=${token ?? ""}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${age}${secure ? "; Secure" : ""}`;
}
