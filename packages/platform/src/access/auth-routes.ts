import { auth } from "@platform-mcp/client/contract";
import { implement, implementPublic } from "../http/implement.ts";
import type { Route } from "../http/route.ts";
import { Problem, tooManyRequests } from "../problem.ts";
import { atMost } from "./at-most.ts";
import type { AttemptLimiter } from "./attempt-limiter.ts";
import { findByPassword } from "./passwords.ts";
import { createSession, endSessions, sessionSetCookie } from "./sessions.ts";

export interface LoginOptions {
  /** By the name that is tried, whether or not there is such a user. */
  readonly attempts: AttemptLimiter;
  /** Whether the session's cookie goes over HTTPS only. */
  readonly secureCookies: boolean;
}

/** Passwords that are checked at once: as many as there are threads to do it. */
const maxChecks = 4;

export function authRoutes({ attempts, secureCookies }: LoginOptions): readonly Route[] {
  const checking = atMost(maxChecks);
  return [
    implementPublic(auth.login, async ({ db, body: { name, password }, setHeader, audit }) => {
      const user = await checking(async () => {
        const wait = attempts.take(name);
        if (wait !== undefined) throw tooManyRequests(wait);
        return await findByPassword(db, name, password);
      });
      if (user === undefined) throw new Problem(401, "unauthorized");
      const { id, ...session } = await createSession(db, user.id);
      audit.record({ resource: "login_session", id, after: { expires_at: session.expires_at } }, user);
      setHeader("set-cookie", sessionSetCookie(session.token, secureCookies));
      setHeader("cache-control", "no-store");
      return { ...session, user };
    }),

    implement(auth.logout, async ({ db, caller, setHeader, audit }) => {
      await endSessions(db, caller.user.id);
      audit.record({ resource: "user", id: caller.user.id });
      setHeader("set-cookie", sessionSetCookie(null, secureCookies));
      return { ok: true } as const;
    }),
  ];
}
