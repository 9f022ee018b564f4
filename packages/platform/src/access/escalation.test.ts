import { permissions } from "@platform-mcp/client/contract";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { adminPassword, startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";
import { setPassword } from "./passwords.ts";
import { type Attempts, attemptsOn } from "./testing/attempts.ts";

/** Every test is an attempt to get more than one has been given. */
let platform: TestPlatform;
let attempts: Attempts;
let admin: string;

beforeAll(async () => {
  platform = await startTestPlatform();
  attempts = attemptsOn(platform);
  admin = await platform.token({ user: "admin" });
});
afterAll(() => platform.close());

const someone: Attempts["someone"] = (...args) => attempts.someone(...args);
const agentOf: Attempts["agentOf"] = (...args) => attempts.agentOf(...args);
const newProject: Attempts["newProject"] = (...args) => attempts.newProject(...args);
const refused: Attempts["refused"] = (...args) => attempts.refused(...args);
const can: Attempts["can"] = (...args) => attempts.can(...args);
const send: TestPlatform["send"] = (...args) => platform.send(...args);

const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();

describe("by tokens", () => {
  test("mint an unrestricted token with a narrow one", async () => {
    const narrow = await platform.token({ user: "admin", scopes: ["project:read"] });
    for (const scopes of [undefined, [], ["*"], ["project:read", "*"]]) {
      const { fields } = await refused(400, "POST", "/api/tokens", narrow, { name: "wide", scopes });
      expect(fields[0].path).toBe("scopes");
    }
  });

  test("mint a scope that one's user holds, but one's token does not", async () => {
    const narrow = await platform.token({ user: "admin", scopes: ["project:read"] });
    await refused(400, "POST", "/api/tokens", narrow, { name: "wide", scopes: ["project:read", "project:write"] });
  });

  test("mint a scope that nobody gave one", async () => {
    const { token } = await someone(["project:read"]);
    const { error } = await refused(400, "POST", "/api/tokens", token, { name: "wide", scopes: ["admin:users"] });
    expect(error).toContain("exceeds your permissions");
  });

  test("mint a scope everywhere that one holds on a project", async () => {
    const project = await newProject("admin");
    const { token } = await someone(["project:write"], { project });
    await refused(400, "POST", "/api/tokens", token, { name: "wide", scopes: ["project:write"] });
    const body = { name: "fitting", scopes: ["project:write"], project_id: project };
    expect((await send("POST", "/api/tokens", token, body)).status).toBe(201);
  });

  test("mint a token that is good for any project, with one bound to a project", async () => {
    const bound = await platform.token({ user: "admin", project: await newProject("admin") });
    await refused(400, "POST", "/api/tokens", bound, { name: "wide" });
    await refused(400, "POST", "/api/tokens", bound, { name: "wide", project_id: null });
  });

  test("mint a token for another project, with one bound to a project", async () => {
    const bound = await platform.token({ user: "admin", project: await newProject("admin") });
    await refused(400, "POST", "/api/tokens", bound, { name: "wide", project_id: await newProject("admin") });
  });

  test("mint a token for a project that one cannot see", async () => {
    const { token } = await someone(["project:read"], { project: await newProject("admin") });
    await refused(404, "POST", "/api/tokens", token, { name: "other", project_id: await newProject("admin") });
  });

  test("mint a token that outlives the one that asks", async () => {
    const short = await platform.token({ user: "admin", expiresInDays: 2 });
    await refused(400, "POST", "/api/tokens", short, { name: "long", expires_in_days: 30 });
    const { body } = await send("POST", "/api/tokens", short, { name: "default" });
    expect(Date.parse(body.expires_at)).toBeLessThanOrEqual(Date.parse(inSeconds(2 * 86_400)));
  });

  test("mint a token of no known scope", async () => {
    const { error } = await refused(400, "POST", "/api/tokens", admin, { name: "odd", scopes: ["agent:session"] });
    expect(error).toContain("unknown scope agent:session");
  });

  test("govern with a token that is scoped to something else", async () => {
    const narrow = await platform.token({ user: "admin", scopes: ["project:read", "admin:roles"] });
    const { id } = await someone([]);
    const body = { role_id: await platform.idOf("roles", "viewer") };
    const answer = await refused(403, "POST", `/api/admin/users/${id}/roles`, narrow, body);
    expect(answer).toMatchObject({ permission: "admin:users", reason: "the token's scopes do not include it" });
  });

  test("govern with an administrator's token that is bound to a project", async () => {
    const bound = await platform.token({ user: "admin", project: await newProject("admin") });
    const { reason } = await refused(403, "GET", "/api/users/list", bound);
    expect(reason).toBe("the token is bound to a project");
  });

  test("revoke somebody else's token", async () => {
    const mine = await someone([]);
    const { body } = await send("POST", "/api/tokens", admin, { name: "theirs" });
    await refused(404, "DELETE", `/api/tokens/${body.id}`, mine.token);
    expect((await send("GET", "/api/auth/me", body.token)).status).toBe(200);
  });

  test("use one's token under another user's name", async () => {
    const { token } = await someone([]);
    const basic = `Basic ${Buffer.from(`admin:${token}`).toString("base64")}`;
    expect((await platform.request("/api/auth/me", undefined, { headers: { authorization: basic } })).status).toBe(401);
  });
});

describe("by roles", () => {
  test("assign oneself admin", async () => {
    const developer = await someone(["project:read", "project:write"]);
    const body = { role_id: await platform.idOf("roles", "admin") };
    const { permission } = await refused(403, "POST", `/api/admin/users/${developer.id}/roles`, developer.token, body);
    expect(permission).toBe("admin:users");
  });

  test("assign oneself admin as somebody who may only manage users, everywhere or on a project", async () => {
    const manager = await someone(["admin:users"]);
    const role_id = await platform.idOf("roles", "admin");
    const project_id = await newProject("admin", "internal");
    await refused(403, "POST", `/api/admin/users/${manager.id}/roles`, manager.token, { role_id });
    await refused(403, "POST", `/api/admin/users/${manager.id}/roles`, manager.token, { role_id, project_id });
    expect(await can(manager.token)).toEqual(["admin:users"]);
  });

  test("manage users of the whole platform with admin:users on one project", async () => {
    const local = await someone([...permissions], { project: await newProject("admin") });
    const body = { role_id: local.role };
    await refused(403, "POST", `/api/admin/users/${local.id}/roles`, local.token, body);
    await refused(403, "GET", "/api/users/list", local.token);
  });

  test("put more into a role that one has", async () => {
    const editor = await someone(["admin:roles"]);
    const path = `/api/admin/roles/${editor.role}/permissions`;
    const answer = await refused(403, "PUT", path, editor.token, { permissions: ["admin:roles", "secret:write"] });
    expect(answer.permission).toBe("secret:write");
    expect(await can(editor.token)).toEqual(["admin:roles"]);
  });

  test("make a role of what one does not hold", async () => {
    const editor = await someone(["admin:roles"]);
    const body = { name: `made-${attempts.unique()}`, permissions: ["admin:users"] };
    await refused(403, "POST", "/api/admin/roles", editor.token, body);
  });

  test("put more into a role with a token whose scopes do not hold it", async () => {
    const narrow = await platform.token({ user: "admin", scopes: ["admin:roles"] });
    const { role } = await someone([]);
    await refused(403, "PUT", `/api/admin/roles/${role}/permissions`, narrow, { permissions: ["admin:users"] });
  });

  test("change a role that comes with the platform", async () => {
    const role = await platform.idOf("roles", "viewer");
    await refused(400, "PUT", `/api/admin/roles/${role}/permissions`, admin, { permissions: ["admin:users"] });
    await refused(400, "PATCH", `/api/admin/roles/${role}`, admin, { name: "watcher" });
    await refused(400, "DELETE", `/api/admin/roles/${role}`, admin);
  });

  test("make for good what is only lent to one", async () => {
    const borrower = await someone([]);
    for (const permission of permissions) {
      await platform.lend({ from: "admin", to: borrower.name, permission, expiresInSeconds: 3600 });
    }
    const role_id = await platform.idOf("roles", "admin");
    await refused(403, "POST", `/api/admin/users/${borrower.id}/roles`, borrower.token, { role_id });
    const path = `/api/admin/roles/${borrower.role}/permissions`;
    await refused(403, "PUT", path, borrower.token, { permissions: ["secret:write"] });
  });

  test("refer to a project, role or user that is not there", async () => {
    const manager = await someone(["admin:users"]);
    const nobody = "00000000-0000-4000-8000-000000000000";
    const path = `/api/admin/users/${manager.id}/roles`;
    await refused(404, "POST", path, manager.token, { role_id: manager.role, project_id: nobody });
    await refused(404, "POST", path, manager.token, { role_id: nobody });
    await refused(404, "POST", `/api/admin/users/${nobody}/roles`, manager.token, { role_id: manager.role });
    await refused(404, "POST", "/api/admin/delegations", admin, { delegate_id: nobody, permission: "secret:read" });
  });
});

describe("by delegations", () => {
  test("delegate what one does not hold", async () => {
    const lender = await someone(["admin:delegate"]);
    const { id } = await someone([]);
    const body = { delegate_id: id, permission: "admin:users" };
    const answer = await refused(403, "POST", "/api/admin/delegations", lender.token, body);
    expect(answer.permission).toBe("admin:users");
  });

  test("delegate everywhere what one holds on a project", async () => {
    const lender = await someone(["admin:delegate"]);
    const { id } = await someone([]);
    const own = await newProject(lender.name);
    const body = { delegate_id: id, permission: "project:write" };
    await refused(403, "POST", "/api/admin/delegations", lender.token, body);
    const there = { ...body, project_id: own };
    expect((await send("POST", "/api/admin/delegations", lender.token, there)).status).toBe(201);
  });

  test("delegate on somebody else's private project", async () => {
    const lender = await someone(["deploy:read"], { project: await newProject("admin") });
    await platform.lend({ from: "admin", to: lender.name, permission: "admin:delegate" });
    const { id } = await someone([]);
    const project_id = await newProject("admin");
    const body = { delegate_id: id, permission: "deploy:read", project_id };
    // Not 404: who holds anything everywhere, as who may lend does, holds it on every project.
    await refused(403, "POST", "/api/admin/delegations", lender.token, body);
  });

  test("lend for longer than it is lent to one, or for ever", async () => {
    const borrower = await someone(["admin:delegate"]);
    const { id } = await someone([]);
    await platform.lend({ from: "admin", to: borrower.name, permission: "secret:write", expiresInSeconds: 3600 });
    const body = { delegate_id: id, permission: "secret:write" };
    const path = "/api/admin/delegations";
    await refused(400, "POST", path, borrower.token, body);
    await refused(400, "POST", path, borrower.token, { ...body, expires_at: inSeconds(7200) });
    expect((await send("POST", path, borrower.token, { ...body, expires_at: inSeconds(1800) })).status).toBe(201);
  });

  test("keep by lending to one another what its source has lost", async () => {
    const source = await someone(["deploy:promote"]);
    const [first, second] = [await someone([]), await someone([])];
    for (const [from, to] of [
      [source, first],
      [first, second],
      [second, first],
    ] as const) {
      await platform.lend({ from: from.name, to: to.name, permission: "deploy:promote" });
    }
    expect(await can(second.token)).toEqual(["deploy:promote"]);
    await send("DELETE", `/api/admin/users/${source.id}/roles/${source.role}`, admin);
    expect([await can(first.token), await can(second.token)]).toEqual([[], []]);
  });

  test("use a delegation after it was revoked", async () => {
    const { name, token } = await someone([]);
    const delegation = await platform.lend({ from: "admin", to: name, permission: "admin:users" });
    expect((await send("GET", "/api/users/list", token)).status).toBe(200);
    expect((await send("DELETE", `/api/admin/delegations/${delegation}`, admin)).status).toBe(200);
    await refused(403, "GET", "/api/users/list", token);
    await refused(404, "DELETE", `/api/admin/delegations/${delegation}`, admin);
  });

  test("use a delegation after it has expired", async () => {
    const { name, token } = await someone([]);
    await platform.lend({ from: "admin", to: name, permission: "admin:users", expiresInSeconds: -1 });
    await refused(403, "GET", "/api/users/list", token);
  });

  test("use a delegation of somebody who was deactivated", async () => {
    const lender = await someone(["observe:read"]);
    const { name, token } = await someone([]);
    await platform.lend({ from: lender.name, to: name, permission: "observe:read" });
    expect(await can(token)).toEqual(["observe:read"]);
    await platform.db.updateTable("users").set({ is_active: false }).where("id", "=", lender.id).execute();
    expect(await can(token)).toEqual([]);
  });

  test("delegate to oneself", async () => {
    const lender = await someone(["admin:delegate"]);
    const body = { delegate_id: lender.id, permission: "admin:delegate" };
    await refused(400, "POST", "/api/admin/delegations", lender.token, body);
  });

  test("delegate power over the platform as the owner of a project", async () => {
    const owner = await someone(["admin:delegate"]);
    const { id } = await someone([]);
    const project_id = await newProject(owner.name);
    const body = { delegate_id: id, permission: "admin:users", project_id };
    await refused(403, "POST", "/api/admin/delegations", owner.token, body);
    const plainOwner = await someone([]);
    const own = { ...body, permission: "project:write", project_id: await newProject(plainOwner.name) };
    await refused(403, "POST", "/api/admin/delegations", plainOwner.token, own);
  });
});

describe("by accounts", () => {
  test("reactivate oneself", async () => {
    const { id, token } = await someone(["admin:users"]);
    expect((await send("DELETE", `/api/users/${id}`, admin)).status).toBe(200);
    await refused(401, "PATCH", `/api/users/${id}`, token, { is_active: true });
  });

  test("change whether one is active, without admin:users", async () => {
    const { id, token } = await someone([]);
    await refused(403, "PATCH", `/api/users/${id}`, token, { is_active: true });
  });

  test("reactivate somebody who may do more", async () => {
    const manager = await someone(["admin:users"]);
    const strong = await someone(["admin:users", "secret:write"]);
    await send("DELETE", `/api/users/${strong.id}`, admin);
    await refused(403, "PATCH", `/api/users/${strong.id}`, manager.token, { is_active: true });
    expect((await send("PATCH", `/api/users/${strong.id}`, admin, { is_active: true })).body.is_active).toBe(true);
  });

  test("set another user's password", async () => {
    const { token } = await someone([]);
    const path = `/api/users/${await platform.idOf("users", "admin")}`;
    await refused(403, "PATCH", path, token, { password: "taken over!" });
  });

  test("set the password of somebody who may do more, to log in as them", async () => {
    const manager = await someone(["admin:users"]);
    const path = `/api/users/${await platform.idOf("users", "admin")}`;
    await refused(403, "PATCH", path, manager.token, { password: "taken over!" });
    const owner = await someone([]);
    await newProject(owner.name);
    await refused(403, "PATCH", `/api/users/${owner.id}`, manager.token, { password: "taken over!" });
  });

  test("turn a narrow token into the whole account by a new password", async () => {
    const narrow = await platform.token({ user: "admin", scopes: ["project:read"] });
    const path = `/api/users/${await platform.idOf("users", "admin")}`;
    await refused(400, "PATCH", path, narrow, { password: "taken over!" });
    const guess = { password: "taken over!", current_password: "wrong guess" };
    await refused(400, "PATCH", path, narrow, guess);
  });

  test("log in as an agent or a service account that somehow has a password", async () => {
    for (const type of ["agent", "service_account"] as const) {
      const name = `odd-${attempts.unique()}`;
      await setPassword(platform.db, await platform.addUser(name, [], type), "a password all the same");
      await refused(401, "POST", "/api/auth/login", undefined, { name, password: "a password all the same" });
    }
  });

  test("go on in a session after being deactivated, or after becoming an agent", async () => {
    for (const change of [{ is_active: false }, { user_type: "agent" }] as const) {
      const { id, name } = await someone([]);
      await setPassword(platform.db, id, "a fine password");
      const { body } = await send("POST", "/api/auth/login", undefined, { name, password: "a fine password" });
      expect((await send("GET", "/api/auth/me", body.token)).status).toBe(200);
      await platform.db.updateTable("users").set(change).where("id", "=", id).execute();
      await refused(401, "GET", "/api/auth/me", body.token);
      const cookie = { headers: { cookie: `session=${body.token}` } };
      expect((await platform.request("/api/auth/me", undefined, cookie)).status).toBe(401);
    }
  });

  test("ride on another user's cookie beside one's own token", async () => {
    const { name, token } = await someone([]);
    const login = { name: "admin", password: adminPassword };
    const { body } = await send("POST", "/api/auth/login", undefined, login);
    const headers = { cookie: `session=${body.token}` };
    const me = await (await platform.request("/api/auth/me", token, { headers })).text();
    expect(JSON.parse(me).name).toBe(name);
    expect((await platform.request("/api/users/list", token, { headers })).status).toBe(403);
  });

  test("have a page of another host act with a user's cookie", async () => {
    const login = { name: "admin", password: adminPassword };
    const { body } = await send("POST", "/api/auth/login", undefined, login);
    for (const [site, status] of [
      ["cross-site", 401],
      ["same-site", 401],
      ["same-origin", 200],
    ] as const) {
      const headers = { cookie: `session=${body.token}`, "sec-fetch-site": site };
      expect((await platform.request("/api/auth/logout", undefined, { method: "POST", headers })).status).toBe(status);
    }
  });

  test("learn what others may do", async () => {
    const { token } = await someone([]);
    const path = `/api/permissions/explain?permission=admin:users&user_id=${await platform.idOf("users", "admin")}`;
    await refused(403, "GET", path, token);
  });

  test("make a service account with more than one holds", async () => {
    const manager = await someone(["admin:users"]);
    const narrow = await platform.token({ user: manager.name, scopes: ["admin:users"] });
    const name = `bot-${attempts.unique()}`;
    const account = { name, email: `${name}@example.test` };
    const path = "/api/admin/service-accounts";
    await refused(400, "POST", path, manager.token, { ...account, scopes: ["secret:write"] });
    await refused(400, "POST", path, narrow, { ...account, scopes: ["*"] });
    await refused(400, "POST", path, narrow, { ...account, scopes: [] });
    const { items } = (await send("GET", `${path}?limit=100`, admin)).body;
    expect(items.filter(({ name }: { name: string }) => name === account.name)).toEqual([]);
  });
});

describe("by agents", () => {
  test("hold a role", async () => {
    const agent = await agentOf({ name: "admin" }, []);
    const role_id = await platform.idOf("roles", "admin");
    await refused(400, "POST", `/api/admin/users/${agent.id}/roles`, admin, { role_id });
    await platform.db.insertInto("user_roles").values({ user_id: agent.id, role_id, project_id: null }).execute();
    expect(await can(agent.token)).toEqual([]);
  });

  test("own a project", async () => {
    const agent = await agentOf({ name: "admin" }, []);
    expect(await can(agent.token, await newProject(agent.name))).toEqual([]);
  });

  test("do what the requester no longer may", async () => {
    const project = await newProject("admin");
    const requester = await someone(["project:read", "project:write"], { project });
    const agent = await agentOf(requester, ["project:read", "project:write"], project);
    const patch = { description: "by the agent" };
    expect((await send("PATCH", `/api/projects/${project}`, agent.token, patch)).status).toBe(200);
    await send("DELETE", `/api/admin/users/${requester.id}/roles/${requester.role}`, admin);
    await refused(404, "PATCH", `/api/projects/${project}`, agent.token, patch);
  });

  test("reach another project of the requester", async () => {
    const project = await newProject("admin");
    const agent = await agentOf({ name: "admin" }, ["project:read"], project);
    expect((await send("GET", `/api/projects/${project}`, agent.token)).status).toBe(200);
    await refused(404, "GET", `/api/projects/${await newProject("admin", "internal")}`, agent.token);
  });

  test("make a token that outlives it, for itself or by a service account", async () => {
    const agent = await agentOf({ name: "admin" }, [...permissions]);
    await refused(400, "POST", "/api/tokens", agent.token, { name: "later", expires_in_days: 2 });
    const name = `bot-${attempts.unique()}`;
    const account = { name, email: `${name}@example.test`, scopes: ["project:read"] };
    const { body } = await send("POST", "/api/admin/service-accounts", agent.token, account);
    expect(Date.parse(body.token.expires_at)).toBeLessThanOrEqual(Date.parse(inSeconds(86_400)));
  });

  test("take over its requester's account", async () => {
    const agent = await agentOf({ name: "admin" }, [...permissions]);
    const path = `/api/users/${await platform.idOf("users", "admin")}`;
    await refused(403, "PATCH", path, agent.token, { password: "taken over!" });
    const weak = await someone([]);
    await refused(403, "PATCH", `/api/users/${weak.id}`, agent.token, { password: "taken over!" });
  });

  test("make a confederate an administrator", async () => {
    const agent = await agentOf({ name: "admin" }, [...permissions]);
    const { id, role } = await someone([]);
    const role_id = await platform.idOf("roles", "admin");
    await refused(403, "POST", `/api/admin/users/${id}/roles`, agent.token, { role_id });
    await refused(403, "PUT", `/api/admin/roles/${role}/permissions`, agent.token, { permissions: ["admin:users"] });
    const viewer = { role_id: await platform.idOf("roles", "viewer") };
    expect((await send("POST", `/api/admin/users/${id}/roles`, agent.token, viewer)).status).toBe(201);
  });

  test("lend on what is lent to it, beyond its own end", async () => {
    const agent = await agentOf({ name: "admin" }, ["admin:delegate", "secret:write"]);
    const { id } = await someone([]);
    const body = { delegate_id: id, permission: "secret:write" };
    await refused(400, "POST", "/api/admin/delegations", agent.token, body);
    await refused(400, "POST", "/api/admin/delegations", agent.token, { ...body, expires_at: inSeconds(86_400) });
  });
});
