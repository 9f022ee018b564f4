import type { TestPlatform } from "../../testing/test-platform.ts";
import { createSession } from "../sessions.ts";
import { hashToken } from "../tokens.ts";
import type { CallerName } from "./callers.ts";

/** A project that a request is aimed at. */
export interface Target {
  readonly id: string;
  readonly name: string;
  /** False: there is no project of this id and name. */
  readonly exists: boolean;
}

/** Somebody who makes a request: a caller of the table, with a credential of theirs. */
export interface Actor {
  /** The user whose credential it is, or that a bad one pretends to be. */
  readonly userId: string;
  readonly userName: string;
  /** In the `Authorization` header. */
  readonly token?: string;
  /** In the cookie. */
  readonly session?: string;
  /** What the token is limited to: a new one that it asks for can be no wider. */
  readonly limits: { readonly scopes: readonly string[]; readonly project_id: string | null };
}

/** What `scopes` and `project_id` of an unlimited credential are. */
const unlimited = { scopes: [], project_id: null };

interface Actors {
  actor(name: CallerName, target: Target, session?: "fresh"): Promise<Actor>;
  /** Gives everybody who is somebody on the projects what they hold there. */
  grantOn(projectId: string): Promise<void>;
}

/** Makes the users behind the callers. */
export async function createActors(platform: TestPlatform, unique: () => string): Promise<Actors> {
  const { db } = platform;
  const ids = new Map<string, string>();
  const add = async (...[name, ...rest]: Parameters<TestPlatform["addUser"]>) =>
    void ids.set(name, await platform.addUser(name, ...rest));
  await add("stranger");
  for (const role of ["viewer", "developer", "ops"]) await add(role, [{ role }]);
  await add("administrator", [{ role: "admin" }]);
  await add("gone", [{ role: "admin" }]);
  await add("owner");
  await add("admin-there");
  await add("idle-agent", [], "agent");
  await add("agent", [], "agent");
  const elsewhere = await platform.addProject("administrator", "elsewhere");
  const adminRole = await platform.idOf("roles", "admin");

  const id = (user: string) => {
    const found = ids.get(user);
    if (found === undefined) throw new Error(`there is no user ${user}`);
    return found;
  };
  const tokens = new Map<string, Promise<string>>();
  const tokenOf = (options: Parameters<TestPlatform["token"]>[0]) => {
    const key = JSON.stringify(options);
    const token = tokens.get(key) ?? platform.token(options);
    tokens.set(key, token);
    return token;
  };
  const byToken = async (user: string, limits: Partial<Actor["limits"]> = {}): Promise<Actor> => {
    const { scopes, project_id } = { ...unlimited, ...limits };
    const token = await tokenOf({ user, scopes, ...(project_id !== null && { project: project_id }) });
    return { userId: id(user), userName: user, token, limits: { scopes, project_id } };
  };
  const sessionOf = async (userId: string) => (await createSession(db, userId)).token;
  /** Of a user of its own: to log out ends all of a user's sessions. */
  const addSession = async () => {
    const userName = unique();
    const userId = await platform.addUser(userName, [{ role: "admin" }]);
    return { userId, userName, session: await sessionOf(userId), limits: unlimited };
  };
  const known = await addSession();
  const logIn = (session: "fresh" | undefined) => (session === "fresh" ? addSession() : known);
  const administrator = { userId: id("administrator"), userName: "administrator", limits: unlimited };
  const gone = { userId: id("gone"), userName: "gone", limits: unlimited };

  const expired = await platform.token({ user: "administrator", expiresInDays: -1 });
  /** Anew each time: every login removes the sessions that have ended. */
  const expiredSession = async () => {
    const token = await sessionOf(administrator.userId);
    await db
      .updateTable("login_sessions")
      .set({ expires_at: new Date(Date.now() - 1000).toISOString() })
      .where("token_hash", "=", hashToken(token))
      .execute();
    return token;
  };
  const revoked = await revokedToken(platform);
  const tokenOfGone = await platform.token({ user: "gone" });
  const sessionOfGone = await sessionOf(gone.userId);
  // Behind the API's back, which would have removed both: the credential alone must not do.
  await db.updateTable("users").set({ is_active: false }).where("id", "=", gone.userId).execute();

  return {
    async actor(name, target, fresh) {
      switch (name) {
        case "no credential":
          return administrator;
        case "garbage":
          return { ...administrator, token: `plat_api_${"0".repeat(64)}` };
        case "expired token":
          return { ...administrator, token: expired };
        case "revoked token":
          return { ...administrator, token: revoked };
        case "deactivated administrator's token":
          return { ...gone, token: tokenOfGone };
        case "expired session":
          return { ...administrator, token: await expiredSession() };
        case "deactivated administrator's session":
          return { ...gone, token: sessionOfGone };
        case "stranger":
        case "viewer":
        case "developer":
        case "ops":
        case "owner":
          return await byToken(name);
        case "admin":
          return await byToken("administrator");
        case "admin on the projects":
          return await byToken("admin-there");
        case "agent without delegation":
          return await byToken("idle-agent");
        case "agent with delegation":
          return await byToken("agent");
        case "session bearer": {
          const { session, ...user } = await logIn(fresh);
          return { ...user, token: session };
        }
        case "session cookie":
          return await logIn(fresh);
        case "garbage beside a session cookie":
          return { ...(await logIn(fresh)), token: "garbage" };
        case "token of another project":
          return await byToken("administrator", { project_id: elsewhere });
        case "token of the project":
          return await byToken("administrator", { project_id: target.exists ? target.id : elsewhere });
        default:
          return await byToken("administrator", { scopes: [name.replace("token with scope ", "")] });
      }
    },

    async grantOn(projectId) {
      await db
        .insertInto("user_roles")
        .values({ user_id: id("admin-there"), role_id: adminRole, project_id: projectId })
        .execute();
      for (const permission of ["project:read", "project:write"] as const) {
        await platform.lend({ from: "developer", to: "agent", permission, project: projectId });
      }
    },
  };
}

async function revokedToken(platform: TestPlatform): Promise<string> {
  const token = await platform.token({ user: "administrator" });
  const { body } = await platform.send("GET", "/api/tokens?limit=1", token);
  const { status } = await platform.send("DELETE", `/api/tokens/${body[0].id}`, token);
  if (status !== 200) throw new Error(`the token could not be revoked: ${status}`);
  return token;
}
