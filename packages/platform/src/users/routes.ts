import { users } from "@platform-mcp/client/contract";
import type { AttemptLimiter } from "../access/attempt-limiter.ts";
import { requireGlobally } from "../access/authorise.ts";
import type { Caller } from "../access/caller.ts";
import { findByPassword, setPassword } from "../access/passwords.ts";
import { endSessions } from "../access/sessions.ts";
import { changeOf } from "../audit/change.ts";
import type { Queryable } from "../db/queryable.ts";
import type { UserRow } from "../db/schema.ts";
import { given } from "../given.ts";
import { implement } from "../http/implement.ts";
import type { Route } from "../http/route.ts";
import { invalid, tooManyRequests } from "../problem.ts";
import { deactivateUser } from "./deactivate.ts";
import { changeUser, insertUser, listUsers, requireUser } from "./queries.ts";
import { refuseRevival } from "./refuse-revival.ts";
import { requireDominion } from "./require-dominion.ts";

export function userRoutes(passwordAttempts: AttemptLimiter): readonly Route[] {
  return [
    implement(users.createUser, async ({ db, body: { password, ...user }, audit }) => {
      if (user.user_type === "human" && password === undefined) throw invalid("password", "is required for a human");
      if (user.user_type !== "human" && password !== undefined) throw invalid("password", "is only for humans");
      const created = await insertUser(db, user);
      if (password !== undefined) await setPassword(db, created.id, password);
      audit.record({ resource: "user", id: created.id, after: { ...created } });
      return created;
    }),

    implement(users.listUsers, async ({ db, query }) => listUsers(db, query)),

    implement(users.getUser, async ({ db, caller, params: { user_id } }) => {
      if (user_id !== caller.user.id) await requireGlobally(db, caller, "admin:users");
      return await requireUser(db, user_id);
    }),

    implement(users.updateUser, async ({ db, caller, params: { user_id }, body, audit }) => {
      const { password, current_password, is_active, ...profile } = body;
      if (user_id !== caller.user.id || is_active !== undefined) await requireGlobally(db, caller, "admin:users");
      const user = await requireUser(db, user_id);
      // Before anything else is locked: deactivations wait for one another.
      if (is_active === false) await deactivateUser(db, user_id);
      if (password !== undefined) {
        if (user.user_type !== "human") throw invalid("password", "is only for humans");
        if (user_id === caller.user.id) await provePassword(db, caller, current_password, passwordAttempts);
        else await requireDominion(db, caller, user_id);
        await changePassword(db, caller, user, password);
      }
      if (is_active === true && !user.is_active) {
        await requireDominion(db, caller, user_id);
        await refuseRevival(db, user);
      }
      const changed = await changeUser(db, user_id, given({ ...profile, is_active }));
      const { before, after } = changeOf(user, changed);
      // That there is a new password, not which.
      const renewed = password !== undefined && { password: "new" };
      audit.record({ resource: "user", id: user_id, before, after: { ...after, ...renewed } });
      return changed;
    }),

    implement(users.deactivateUser, async ({ db, params: { user_id }, audit }) => {
      const { is_active } = await requireUser(db, user_id);
      await deactivateUser(db, user_id);
      audit.record({ resource: "user", id: user_id, before: { is_active }, after: { is_active: false } });
      return { ok: true } as const;
    }),
  ];
}

/** Whoever has a token, which may be narrow, must not get the whole account by it. */
async function provePassword(
  db: Queryable,
  { user, token }: Caller,
  current: string | undefined,
  attempts: AttemptLimiter,
): Promise<void> {
  if (token.kind === "login_session") return;
  if (current === undefined) {
    throw invalid("current_password", "is required to change one's own password with an API token");
  }
  const wait = attempts.take(user.name);
  if (wait !== undefined) throw tooManyRequests(wait);
  if ((await findByPassword(db, user.name, current)) === undefined) throw invalid("current_password", "is not right");
}

async function changePassword(db: Queryable, caller: Caller, user: UserRow, password: string): Promise<void> {
  await endSessions(db, user.id, caller.token.kind === "login_session" ? caller.token.id : undefined);
  await setPassword(db, user.id, password);
}
