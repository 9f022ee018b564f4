import { randomUUID } from "node:crypto";
import { permissions } from "@platform-mcp/client/contract";
import fc from "fast-check";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hashToken } from "../access/tokens.ts";
import { KeptConnection } from "../testing/kept-connection.ts";
import { startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";
import { endSession } from "./end-session.ts";
import { createIdentity } from "./identity.ts";
import { stopUnwantedSessions } from "./stop-sessions-of.ts";
import { SessionProject } from "./testing/session-project.ts";

let platform: TestPlatform;
let project: SessionProject;
/** Owns the project, and nothing else. */
let owner: string;
/** Everything. */
let admin: string;
beforeAll(async () => {
  platform = await startTestPlatform();
  await platform.addUser("owner");
  project = await SessionProject.create(platform, "owner", "the-project");
  owner = await platform.token({ user: "owner" });
  admin = await platform.token({ user: "admin" });
});
afterAll(() => platform.close());

/** What somebody may do, as they are told themselves. */
async function told(token: string, on = project.id) {
  const { status, body } = await platform.send("GET", `/api/auth/me?project_id=${on}`, token);
  if (status !== 200) return status;
  return { everywhere: [...body.permissions.global].sort(), there: [...body.permissions.project].sort() };
}

async function end(id: string): Promise<boolean> {
  const outcome = {
    status: "completed",
    reason: "exit",
    message: "Done.",
    exitCode: 0,
    commitSha: "a".repeat(40),
  } as const;
  return await platform.db.transaction().execute((db) => endSession(db, id, outcome));
}

async function userOf({ agent_user_id }: { agent_user_id?: string | null | undefined }) {
  return await platform.db
    .selectFrom("users")
    .where("id", "=", agent_user_id ?? "")
    .selectAll()
    .executeTakeFirstOrThrow();
}

/** Somebody with a role of their own on the project. */
async function addMember(name: string, permissions: Parameters<TestPlatform["addRole"]>[1]): Promise<string> {
  await platform.addRole(`role-of-${name}`, permissions);
  await platform.addUser(name, [{ role: `role-of-${name}`, project: project.id }]);
  return await platform.token({ user: name });
}

describe("an agent", () => {
  test("is a user of its own who cannot log in and holds what was lent to it, on its project only", async () => {
    const session = await project.start(owner);
    const agent = await project.launch(session);
    expect(await userOf(session)).toMatchObject({
      name: `agent-${session.id.slice(0, 8)}`,
      user_type: "agent",
      is_active: true,
    });
    expect(session.skipped_permissions).toEqual([]);
    expect(await told(agent)).toEqual({ everywhere: [], there: ["project:read", "project:write"] });
    const another = await SessionProject.create(platform, "owner", "another-project");
    expect(await told(agent, another.id)).toEqual({ everywhere: [], there: [] });
    expect((await platform.send("GET", `/api/projects/${another.id}`, agent)).status).toBe(404);
    const passwords = await platform.db.selectFrom("passwords").select("user_id").execute();
    expect(passwords.map(({ user_id }) => user_id)).not.toContain(session.agent_user_id);
    const login = { name: `agent-${session.id.slice(0, 8)}`, password: `__agent_nologin_${session.agent_user_id}__` };
    expect((await platform.send("POST", "/api/auth/login", undefined, login)).status).toBe(401);
    const { body } = await platform.send("GET", "/api/projects", agent);
    expect(body.items.map(({ id }: { id: string }) => id)).toEqual([project.id]);
  });

  test("is lent what was asked for and is held by who asks", async () => {
    const session = await project.start(owner, { delegate_deploy: true, delegate_observe: true });
    expect(session.skipped_permissions).toEqual([]);
    expect(await told(await project.launch(session))).toEqual({
      everywhere: [],
      there: ["deploy:promote", "deploy:read", "observe:read", "project:read", "project:write"],
    });
  });

  test("is not lent what who asks does not hold, which the answer says with the tools that will be refused", async () => {
    const token = await addMember("reader", ["project:read", "agent:run", "deploy:read"]);
    const session = await project.start(token, { delegate_deploy: true, delegate_observe: true });
    expect(session.skipped_permissions).toEqual([
      { permission: "project:write", tools: expect.arrayContaining(["create_issue", "merge_merge_request"]) },
      { permission: "deploy:promote", tools: [] },
      { permission: "observe:read", tools: [] },
    ]);
    expect(await told(await project.launch(session))).toEqual({
      everywhere: [],
      there: ["deploy:read", "project:read"],
    });
  });

  test("is not lent what the token of who asks leaves out, or has for another project", async () => {
    const narrow = await platform.token({ user: "owner", scopes: ["agent:run", "project:read"] });
    const session = await project.start(narrow);
    expect(session.skipped_permissions?.map(({ permission }) => permission)).toEqual(["project:write"]);
    expect(await told(await project.launch(session))).toEqual({ everywhere: [], there: ["project:read"] });
    const another = await SessionProject.create(platform, "owner", "bound-elsewhere");
    const bound = await platform.token({ user: "owner", project: another.id });
    expect((await project.send("POST", "", bound, { prompt: "x" })).status).toBe(404);
  });

  test("needs somebody who can read the project and run agents there", async () => {
    for (const [name, permissions] of [
      ["blind", ["agent:run"]],
      ["idle", ["project:read", "project:write"]],
    ] as const) {
      const { status, body } = await project.send("POST", "", await addMember(name, permissions), { prompt: "x" });
      expect([name, status, body.permission]).toEqual([name, 403, name === "blind" ? "project:read" : "agent:run"]);
    }
  });
});

describe("an administrator's session", () => {
  const wish = { prompt: "x", config: { role: "admin" } };

  test("needs somebody who holds admin:users everywhere, by the token that asks", async () => {
    const scoped = await platform.token({ user: "admin", scopes: ["agent:run", "project:read", "project:write"] });
    const bound = await platform.token({ user: "admin", project: project.id });
    const there = await addMember("admin-there", ["project:read", "agent:run", "admin:users"]);
    for (const token of [owner, scoped, bound, there]) {
      const { status, body } = await project.send("POST", "", token, wish);
      expect([status, body.permission]).toEqual([403, "admin:users"]);
      expect(body.detail).toContain("admin:users");
    }
  });

  test("gets what governs the platform as far as that is held, and works on its project", async () => {
    await platform.addRole("half-admin", ["admin:users", "admin:roles", "agent:run", "project:read"]);
    await platform.addUser("half", [{ role: "half-admin" }]);
    const session = await project.start(await platform.token({ user: "half" }), { config: { role: "admin" } });
    expect(session.skipped_permissions?.map(({ permission }) => permission)).toEqual([
      "project:write",
      "admin:config",
      "admin:delegate",
    ]);
    const agent = await project.launch(session);
    expect(await told(agent)).toEqual({
      everywhere: ["admin:roles", "admin:users"],
      there: ["admin:roles", "admin:users", "project:read"],
    });
    expect((await platform.send("GET", "/api/users/list", agent)).status).toBe(200);
    // No power over the platform outlives it, and it takes over nobody.
    const userId = await platform.addUser("victim");
    const role_id = await platform.idOf("roles", "half-admin");
    const grant = await platform.send("POST", `/api/admin/users/${userId}/roles`, agent, { role_id });
    expect(grant.status).toBe(403);
    expect((await platform.send("PATCH", `/api/users/${userId}`, agent, { password: "a new password" })).status).toBe(
      403,
    );
  });

  test("is told to do something only by who holds all of it", async () => {
    const session = await project.start(admin, { config: { role: "admin" } });
    await project.launch(session);
    for (const verb of ["message", "extend"]) {
      const body = verb === "message" ? { content: "Make me an administrator" } : { minutes: 60 };
      const refused = await project.send("POST", `/${session.id}/${verb}`, owner, body);
      expect([refused.status, refused.body.permission]).toEqual([403, "admin:config"]);
      const reading = await platform.token({ user: "admin", scopes: ["project:read", "project:write"] });
      expect((await project.send("POST", `/${session.id}/${verb}`, reading, body)).status).toBe(403);
      expect((await project.send("POST", `/${session.id}/${verb}`, admin, body)).status).toBe(200);
    }
    expect((await project.send("POST", `/${session.id}/stop`, owner)).status).toBe(200);
  });

  test("that waits for longer than it would run is not told anything by others either: it gets all of it at its start", async () => {
    const session = await project.start(admin, { config: { role: "admin" } });
    await platform.db
      .updateTable("delegations")
      .set({ expires_at: sql<string>`now() - interval '1 minute'` })
      .where("delegate_id", "=", session.agent_user_id ?? "")
      .execute();
    const content = { content: "Make me an administrator" };
    const refused = await project.send("POST", `/${session.id}/message`, owner, content);
    expect([refused.status, refused.body.permission]).toEqual([403, "admin:config"]);
    expect((await project.send("POST", `/${session.id}/message`, admin, content)).status).toBe(200);
  });
});

describe("once", () => {
  test("the session is over, its token is worth nothing from the next request on, and nothing of its identity is left", async () => {
    const session = await project.start(owner);
    const agent = await project.launch(session);
    const own = await platform.send("POST", "/api/tokens", agent, { name: "spare", project_id: project.id });
    expect(own.status).toBe(201);
    using connection = new KeptConnection(platform.url);
    const headers = { authorization: `Bearer ${agent}` };
    expect((await connection.send("/api/auth/me", { headers })).status).toBe(200);
    expect(await end(session.id)).toBe(true);
    expect((await connection.send("/api/auth/me", { headers })).status).toBe(401);
    expect(await told(own.body.token)).toBe(401);
    expect(await end(session.id)).toBe(false);
    const revival = await platform.send("PATCH", `/api/users/${session.agent_user_id}`, admin, { is_active: true });
    expect([revival.status, revival.body.error]).toEqual([409, expect.stringContaining("which has ended")]);
    expect(await userOf(session)).toMatchObject({ is_active: false });
    const { db } = platform;
    const agentId = session.agent_user_id ?? "";
    expect(await db.selectFrom("api_tokens").where("user_id", "=", agentId).selectAll().execute()).toEqual([]);
    const lent = db.selectFrom("delegations").where("delegate_id", "=", agentId);
    const revoked = await lent.select("revoked_at").execute();
    expect(revoked.map(({ revoked_at }) => typeof revoked_at)).toEqual(["string", "string"]);
    const { body } = await project.send("GET", `/${session.id}`, owner);
    expect(body).toMatchObject({ status: "completed", reason: "exit", message: "Done.", exit_code: 0 });
    expect(body.messages.at(-1)).toMatchObject({ role: "assistant", content: "Done." });
  });

  test("who asked for it is deactivated, it can do nothing and is stopped", async () => {
    await platform.addUser("leaver", [{ role: "developer" }]);
    const leaver = await platform.token({ user: "leaver" });
    const [running, waiting] = [await project.start(leaver), await project.start(leaver)];
    const agent = await project.launch(running);
    expect(await told(agent)).toMatchObject({ there: ["project:read", "project:write"] });
    const userId = await platform.idOf("users", "leaver");
    expect((await platform.send("DELETE", `/api/users/${userId}`, admin)).status).toBe(200);
    expect(await told(agent)).toEqual({ everywhere: [], there: [] });
    const rows = platform.db.selectFrom("agent_sessions").select(["status", "stop_requested_at"]);
    expect(await rows.where("id", "=", running.id).executeTakeFirstOrThrow()).toEqual({
      status: "running",
      stop_requested_at: expect.any(String),
    });
    expect(await rows.where("id", "=", waiting.id).executeTakeFirstOrThrow()).toMatchObject({ status: "stopped" });
    expect(await userOf(waiting)).toMatchObject({ is_active: false });
  });

  test("what was lent is taken back, or no longer held by who lent it, it is gone at the next request", async () => {
    const token = await addMember("lender", [
      "project:read",
      "project:write",
      "agent:run",
      "deploy:read",
      "deploy:promote",
    ]);
    const session = await project.start(token, { delegate_deploy: true });
    const agent = await project.launch(session);
    const { body } = await platform.send("GET", `/api/admin/delegations?user_id=${session.agent_user_id}`, admin);
    const promote = body.find(
      ({ permission_name }: { permission_name: string }) => permission_name === "deploy:promote",
    );
    expect(promote).toMatchObject({ project_id: project.id, reason: `agent session ${session.id}` });
    expect((await platform.send("DELETE", `/api/admin/delegations/${promote.id}`, admin)).status).toBe(200);
    expect(await told(agent)).toMatchObject({ there: ["deploy:read", "project:read", "project:write"] });
    const role = await platform.idOf("roles", "role-of-lender");
    await platform.send("PUT", `/api/admin/roles/${role}/permissions`, admin, { permissions: ["project:read"] });
    expect(await told(agent)).toMatchObject({ there: ["project:read"] });
  });

  test("it is launched again, the token of its first launch is gone", async () => {
    const session = await project.start(owner);
    const first = await project.launch(session);
    const second = await project.launch(session);
    expect([await told(first), await told(second)]).toEqual([401, expect.anything()]);
  });
});

describe("what it was lent and its token", () => {
  const saving = 10 * 60_000;

  async function ends(session: { id: string; agent_user_id?: string | null | undefined }) {
    const { db } = platform;
    const agentId = session.agent_user_id ?? "";
    const lent = await db.selectFrom("delegations").where("delegate_id", "=", agentId).select("expires_at").execute();
    const tokens = await db.selectFrom("api_tokens").where("user_id", "=", agentId).select("expires_at").execute();
    return { lent: lent.map(millis), tokens: tokens.map(millis) };
  }
  const millis = ({ expires_at }: { expires_at: string | null }) => Date.parse(expires_at ?? "");
  const inMinutes = (minutes: number) => {
    const at = Date.now() + minutes * 60_000;
    return expect.toSatisfy((value: number) => Math.abs(value - at) < 60_000, `in ${minutes} minutes`);
  };

  test("end with the session, ten minutes after its deadline, and move with it", async () => {
    const session = await project.start(owner, { deadline_minutes: 30 });
    expect(await ends(session)).toEqual({ lent: [inMinutes(40), inMinutes(40)], tokens: [] });
    await project.launch(session);
    expect(await ends(session)).toEqual({ lent: [inMinutes(40), inMinutes(40)], tokens: [inMinutes(40)] });
    const { status, body } = await project.send("POST", `/${session.id}/extend`, owner, { minutes: 300 });
    expect([status, Date.parse(body.expires_at)]).toEqual([200, inMinutes(300)]);
    expect(await ends(session)).toEqual({ lent: [inMinutes(310), inMinutes(310)], tokens: [inMinutes(310)] });
    expect(Date.parse(body.expires_at) + saving).toBe((await ends(session)).tokens[0]);
  });

  test("end no later than a loan of which they are part", async () => {
    await platform.addUser("borrower", [{ role: "developer" }]);
    await platform.lend({
      from: "owner",
      to: "borrower",
      permission: "deploy:promote",
      project: project.id,
      expiresInSeconds: 1200,
    });
    const session = await project.start(await platform.token({ user: "borrower" }), { delegate_deploy: true });
    const agent = await project.launch(session);
    await project.send("POST", `/${session.id}/extend`, owner, { minutes: 600 });
    expect([...(await ends(session)).lent].sort()).toEqual([20, 610, 610, 610].map(inMinutes));
    expect(await told(agent)).toMatchObject({ there: expect.arrayContaining(["deploy:promote"]) });
  });

  test("end no later than the token with which the session was asked for", async () => {
    const hour = await platform.token({ user: "owner" });
    const { db } = platform;
    await db
      .updateTable("api_tokens")
      .set({ expires_at: new Date(Date.now() + 3_600_000).toISOString() })
      .where("token_hash", "=", hashToken(hour))
      .execute();
    const session = await project.start(hour);
    await project.launch(session);
    expect((await ends(session)).tokens).toEqual([inMinutes(60)]);
    const longer = await project.send("POST", `/${session.id}/extend`, hour, { minutes: 100 });
    expect([longer.status, longer.body.fields]).toEqual([
      400,
      [
        {
          path: "minutes",
          message: expect.stringMatching(/^must not be more than (49|50): the token used here expires$/),
        },
      ],
    ]);
    expect((await project.send("POST", `/${session.id}/extend`, owner, { minutes: 100 })).status).toBe(200);
    expect((await ends(session)).tokens).toEqual([inMinutes(110)]);
  });
});

test("whatever somebody holds, by whatever token, and whatever they ask for: an agent gets what they hold of it", async () => {
  const some = fc.subarray([...permissions]);
  const wish = fc.record({
    here: some,
    everywhere: some,
    scopes: some,
    bound: fc.boolean(),
    role: fc.constantFrom("dev", "ui", "ops", "admin"),
    delegate_deploy: fc.boolean(),
    delegate_observe: fc.boolean(),
  });
  let serial = 0;
  let started = 0;
  const property = fc.asyncProperty(wish, async ({ here, everywhere, scopes, bound, role, ...flags }) => {
    const name = `anybody-${++serial}`;
    await platform.addRole(`${name}-here`, [...here, "agent:run", "project:read"]);
    await platform.addRole(`${name}-everywhere`, everywhere);
    await platform.addUser(name, [{ role: `${name}-here`, project: project.id }, { role: `${name}-everywhere` }]);
    const allowed = scopes.length === 0 ? [] : [...scopes, "agent:run", "project:read"];
    const token = await platform.token({ user: name, scopes: allowed, ...(bound && { project: project.id }) });
    const inScope = (permission: string) => allowed.length === 0 || allowed.includes(permission);
    const heldEverywhere = bound ? [] : everywhere.filter(inScope);
    const held = [...here, ...everywhere, "agent:run", "project:read"].filter(inScope);
    const wanted = [
      ...["project:read", "project:write"],
      ...(flags.delegate_deploy ? ["deploy:read", "deploy:promote"] : []),
      ...(flags.delegate_observe ? ["observe:read"] : []),
    ];
    const governing = role === "admin" ? ["admin:config", "admin:delegate", "admin:roles", "admin:users"] : [];
    const { status, body } = await project.send("POST", "", token, { prompt: "x", config: { role }, ...flags });
    if (role === "admin" && !heldEverywhere.includes("admin:users")) {
      expect([status, body.permission]).toEqual([403, "admin:users"]);
      return;
    }
    expect(status).toBe(201);
    started += 1;
    const lentEverywhere = governing.filter((permission) => heldEverywhere.some((one) => one === permission));
    const lentHere = wanted.filter((permission) => held.includes(permission));
    expect(await told(await project.launch(body))).toEqual({
      everywhere: lentEverywhere.sort(),
      there: [...lentHere, ...lentEverywhere].sort(),
    });
    const skipped = body.skipped_permissions.map(({ permission }: { permission: string }) => permission);
    const lent = [...lentHere, ...lentEverywhere];
    expect(skipped.sort()).toEqual([...wanted, ...governing].filter((one) => !lent.includes(one)).sort());
  });
  await fc.assert(property, { numRuns: 15 });
  expect(started).toBeGreaterThan(3);
});

test("an agent that may start sessions gains nothing by it", async () => {
  const session = await project.start(owner);
  const agent = await project.launch(session);
  const agentName = `agent-${session.id.slice(0, 8)}`;
  expect((await project.send("POST", "", agent, { prompt: "x" })).body.permission).toBe("agent:run");
  await platform.lend({ from: "owner", to: agentName, permission: "agent:run", project: project.id });
  const inner = await project.start(agent, { delegate_deploy: true, deadline_minutes: 1440 });
  expect(inner.skipped_permissions?.map(({ permission }) => permission)).toEqual(["deploy:read", "deploy:promote"]);
  const innerAgent = await project.launch(inner);
  expect(await told(innerAgent)).toEqual({ everywhere: [], there: ["project:read", "project:write"] });
  const { body: launched } = await project.send("GET", `/${inner.id}`, owner);
  expect(Date.parse(launched.expires_at)).toBeLessThan(Date.now() + 120 * 60_000);
  for (const path of [`/${session.id}`, `/${inner.id}`]) {
    expect((await project.send("POST", `${path}/extend`, agent, { minutes: 60 })).status).toBe(403);
  }
  await end(session.id);
  expect(await told(innerAgent)).toEqual({ everywhere: [], there: [] });
  await platform.db.transaction().execute(stopUnwantedSessions);
  const { body } = await project.send("GET", `/${inner.id}`, owner);
  expect(body.messages.at(-1).content).toBe("Who asked for it, or its agent, was deactivated");
});

test("an agent takes no name that somebody has", async () => {
  const [taken, free] = [randomUUID(), randomUUID()];
  await platform.addUser(`agent-${taken.slice(0, 8)}`);
  const ids = [taken, free].values();
  const identity = await platform.db.transaction().execute((db) => createIdentity(db, () => ids.next().value ?? ""));
  expect(identity).toMatchObject({ sessionId: free, agent: { name: `agent-${free.slice(0, 8)}` } });
});
