import { permissions } from "@platform-mcp/client/contract";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";

let platform: TestPlatform;
let admin: string;
beforeAll(async () => {
  platform = await startTestPlatform();
  admin = await platform.token({ user: "admin" });
});
afterAll(() => platform.close());

const send = (method: string, path: string, body?: unknown) => platform.send(method, path, admin, body);
const names = (list: { name: string }[]) => list.map(({ name }) => name);
const nobody = "00000000-0000-4000-8000-000000000000";

describe("roles", () => {
  test("that come with the platform are listed with what they grant", async () => {
    const { body } = await send("GET", "/api/admin/roles");
    expect(names(body)).toEqual(["admin", "agent", "developer", "ops", "viewer"]);
    expect(body[4]).toEqual({
      id: expect.any(String),
      name: "viewer",
      description: expect.any(String),
      is_system: true,
      created_at: expect.any(String),
      permissions: ["deploy:read", "observe:read", "project:read"],
    });
    expect(names((await send("GET", "/api/admin/roles?limit=2&offset=1")).body)).toEqual(["agent", "developer"]);
  });

  test("are made, filled, renamed and deleted", async () => {
    const made = await send("POST", "/api/admin/roles", { name: "auditor", permissions: ["observe:read"] });
    expect([made.status, made.body.permissions]).toEqual([201, ["observe:read"]]);
    const path = `/api/admin/roles/${made.body.id}`;
    const put = await send("PUT", `${path}/permissions`, { permissions: ["project:read", "project:read"] });
    expect([put.status, put.body]).toEqual([200, { ok: true }]);
    expect((await send("GET", `${path}/permissions`)).body).toEqual([
      {
        id: expect.any(String),
        name: "project:read",
        resource: "project",
        action: "read",
        description: expect.any(String),
      },
    ]);
    const described = await send("PATCH", path, { description: "reads" });
    expect(described.body).toMatchObject({ name: "auditor", description: "reads" });
    const cleared = await send("PATCH", path, { name: "reader", description: null });
    expect(cleared.body).toMatchObject({ name: "reader", description: null });
    expect((await send("DELETE", path)).body).toEqual({ ok: true });
    for (const [method, where, body] of [
      ["DELETE", path],
      ["PATCH", path, {}],
      ["GET", `${path}/permissions`],
      ["PUT", `${path}/permissions`, { permissions: [] }],
    ] as const) {
      const answer = await send(method, where, body);
      expect([answer.status, answer.body.error]).toEqual([404, "role"]);
    }
  });

  test("are refused when there is one of the name, or a permission is unknown", async () => {
    const there = await send("POST", "/api/admin/roles", { name: "viewer" });
    expect([there.status, there.body.error]).toEqual([409, "a role named viewer exists already"]);
    const unknown = await send("POST", "/api/admin/roles", { name: "odd", permissions: ["project:fly"] });
    expect([unknown.status, unknown.body.fields[0].path]).toEqual([400, "permissions.0"]);
  });

  test("are not deleted while somebody has them", async () => {
    const role = await platform.addRole("in-use", []);
    await platform.addUser("zoe", [{ role: "in-use" }]);
    const kept = await send("DELETE", `/api/admin/roles/${role}`);
    expect([kept.status, kept.body.error]).toEqual([409, "1 user has the role: take it from them first"]);
  });

  test("grant what they hold now: an edit is felt at the next request", async () => {
    const role = await platform.addRole("changing", ["observe:read"]);
    await platform.addUser("alma", [{ role: "changing" }]);
    const token = await platform.token({ user: "alma" });
    const can = async () => (await platform.send("GET", "/api/auth/me", token)).body.permissions.global;
    expect(await can()).toEqual(["observe:read"]);
    await send("PUT", `/api/admin/roles/${role}/permissions`, { permissions: ["secret:read"] });
    expect(await can()).toEqual(["secret:read"]);
  });
});

test("every permission there is is listed, with what it allows", async () => {
  const { body } = await send("GET", "/api/admin/permissions");
  expect(names(body)).toEqual([...permissions].sort());
  for (const { description } of body) expect(description).toMatch(/^[A-Z]/);
});

describe("assignments", () => {
  test("are made, listed and taken, everywhere or on a project; a right that is taken is gone at once", async () => {
    const user = await platform.addUser("bela");
    const token = await platform.token({ user: "bela" });
    const project = await platform.addProject("admin", "assigned");
    const role_id = await platform.idOf("roles", "viewer");
    const path = `/api/admin/users/${user}/roles`;
    const sees = async () => (await platform.send("GET", `/api/projects/${project}`, token)).status;
    expect(await sees()).toBe(404);
    const made = await send("POST", path, { role_id, project_id: project });
    expect([made.status, made.body]).toEqual([201, { ok: true, id: expect.any(String) }]);
    expect(await sees()).toBe(200);
    const again = await send("POST", path, { role_id, project_id: project });
    expect([again.status, again.body.error]).toEqual([409, "the user has the role viewer on this project already"]);
    const everywhere = await send("POST", path, { role_id });
    expect(everywhere.status).toBe(201);
    expect((await send("POST", path, { role_id })).body.error).toBe("the user has the role viewer everywhere already");
    expect((await send("GET", path)).body).toEqual(
      expect.arrayContaining([
        {
          id: made.body.id,
          role_id,
          role_name: "viewer",
          project_id: project,
          granted_by: await platform.idOf("users", "admin"),
          created_at: expect.any(String),
        },
      ]),
    );
    // By the id of one assignment, only that one; by the role's, all that are left.
    expect((await send("DELETE", `${path}/${everywhere.body.id}`)).body).toEqual({ ok: true });
    expect(await sees()).toBe(200);
    expect((await send("DELETE", `${path}/${role_id}`)).body).toEqual({ ok: true });
    expect(await sees()).toBe(404);
    expect((await send("DELETE", `${path}/${role_id}`)).body.error).toBe("user_role");
    expect((await send("GET", path)).body).toEqual([]);
    expect((await send("GET", `/api/admin/users/${nobody}/roles`)).status).toBe(404);
  });
});

describe("delegations", () => {
  test("are made, listed by their state, and revoked; after it the same can be made again", async () => {
    const delegate_id = await platform.addUser("cleo");
    const body = { delegate_id, permission: "secret:read", reason: "holidays" };
    const made = await send("POST", "/api/admin/delegations", body);
    expect(made.status).toBe(201);
    expect(made.body).toEqual({
      id: expect.any(String),
      delegator_id: await platform.idOf("users", "admin"),
      delegator_name: "admin",
      delegate_id,
      delegate_name: "cleo",
      permission_id: expect.any(String),
      permission_name: "secret:read",
      project_id: null,
      expires_at: null,
      reason: "holidays",
      created_at: expect.any(String),
      revoked_at: null,
      state: "active",
    });
    expect(await send("GET", `/api/admin/delegations/${made.body.id}`)).toMatchObject({ status: 200, body: made.body });
    expect(await send("GET", `/api/admin/delegations/${nobody}`)).toMatchObject({
      status: 404,
      body: { error: "delegation" },
    });
    const twice = await send("POST", "/api/admin/delegations", body);
    expect([twice.status, twice.body.error]).toEqual([409, expect.stringContaining("already")]);
    const list = async (state: string) => {
      const { body } = await send("GET", `/api/admin/delegations?user_id=${delegate_id}&state=${state}`);
      return body.map(({ id }: { id: string }) => id);
    };
    expect([await list("active"), await list("revoked"), await list("expired")]).toEqual([[made.body.id], [], []]);
    expect((await send("DELETE", `/api/admin/delegations/${made.body.id}`)).body).toEqual({ ok: true });
    const soon = new Date(Date.now() + 3_600_000).toISOString();
    const second = await send("POST", "/api/admin/delegations", { ...body, expires_at: soon });
    expect([await list("active"), await list("revoked")]).toEqual([[second.body.id], [made.body.id]]);
    const past = new Date(Date.now() - 1000).toISOString();
    const { db } = platform;
    await db.updateTable("delegations").set({ expires_at: past }).where("id", "=", second.body.id).execute();
    expect([await list("active"), await list("expired")]).toEqual([[], [second.body.id]]);
    expect((await send("POST", "/api/admin/delegations", body)).status).toBe(201);
    expect((await send("GET", "/api/admin/delegations?limit=1")).body).toHaveLength(1);
  });

  test("of everybody are listed together", async () => {
    await platform.addUser("lender", [{ role: "viewer" }]);
    await platform.addUser("borrower");
    const id = await platform.lend({ from: "lender", to: "borrower", permission: "project:read" });
    const ids = async (query: string) => {
      const { status, body } = await send("GET", `/api/admin/delegations?${query}`);
      return status === 200 ? body.map((one: { id: string }) => one.id) : status;
    };
    expect(await ids("")).not.toContain(id);
    expect(await ids("all=true&state=active")).toContain(id);
    expect(await ids("all=true&state=revoked")).not.toContain(id);
    expect(await ids(`all=true&user_id=${nobody}`)).toBe(400);
  });

  test("are refused when they would be over, or are to a user who is", async () => {
    const delegate_id = await platform.addUser("dora");
    const body = { delegate_id, permission: "secret:read" };
    for (const expires_at of [
      "2020-01-01T00:00:00Z",
      "0001-01-01T00:00:00Z",
      "2020-01-01T00:00:00+23:00",
      "tomorrow",
    ]) {
      const answer = await send("POST", "/api/admin/delegations", { ...body, expires_at });
      expect([answer.status, answer.body.fields[0].path]).toEqual([400, "expires_at"]);
    }
    await platform.db.updateTable("users").set({ is_active: false }).where("id", "=", delegate_id).execute();
    const late = await send("POST", "/api/admin/delegations", body);
    expect([late.status, late.body.fields[0].path]).toEqual([400, "delegate_id"]);
  });
});

describe("why a permission is or is not held", () => {
  test("is told by the refusal itself and by explain, alike", async () => {
    await platform.addUser("emil", [{ role: "viewer" }]);
    const project = await platform.addProject("emil", "emils", "internal");
    const other = await platform.addProject("admin", "not-emils", "internal");
    const explain = async (token: string, query: string) => {
      const { body } = await platform.send("GET", `/api/permissions/explain?${query}`, token);
      return [body.allowed, body.reason];
    };
    const whole = await platform.token({ user: "emil" });
    const narrow = await platform.token({ user: "emil", scopes: ["project:read"] });
    const bound = await platform.token({ user: "emil", project });
    expect(await explain(whole, "permission=observe:read")).toEqual([true, "a role grants it"]);
    expect(await explain(whole, `permission=project:write&project_id=${project}`)).toEqual([
      true,
      "an owner may do it",
    ]);
    expect(await explain(narrow, `permission=project:write&project_id=${project}`)).toEqual([
      false,
      "the token's scopes do not include it",
    ]);
    expect(await explain(bound, "permission=observe:read")).toEqual([false, "the token is bound to a project"]);
    const missing = `permission=project:write&project_id=${other}`;
    expect(await explain(whole, missing)).toEqual([false, "no role or delegation grants it on this project"]);
    await platform.lend({ from: "admin", to: "emil", permission: "deploy:promote" });
    expect(await explain(whole, "permission=deploy:promote")).toEqual([true, "a delegation grants it"]);
    await platform.addUser("fred");
    const fred = await platform.token({ user: "fred" });
    expect(await explain(fred, `permission=project:read&project_id=${other}`)).toEqual([
      true,
      "the project is open to every user",
    ]);

    const refused = await platform.send("PATCH", `/api/projects/${other}`, whole, { description: "mine" });
    const explained = await platform.send("GET", `/api/permissions/explain?${missing}`, whole);
    expect(refused).toEqual({
      status: 403,
      body: {
        error: "forbidden",
        permission: "project:write",
        reason: explained.body.reason,
        granted_by: explained.body.granted_by,
        detail: `project:write is missing: ${explained.body.reason}. It can be granted by ${explained.body.granted_by}.`,
        request_id: expect.any(String),
      },
    });
  });

  test("can be asked for others with admin:users, and not for a project that one cannot see", async () => {
    const user = await platform.addUser("gina", [{ role: "ops" }]);
    const { body } = await send("GET", `/api/permissions/explain?permission=deploy:promote&user_id=${user}`);
    expect(body).toEqual({
      permission: "deploy:promote",
      project_id: null,
      user_id: user,
      allowed: true,
      reason: "a role grants it",
      granted_by: null,
    });
    await platform.addUser("hugo");
    const token = await platform.token({ user: "hugo" });
    const hidden = await platform.addProject("admin", "hidden");
    const path = `/api/permissions/explain?permission=project:read&project_id=${hidden}`;
    expect((await platform.send("GET", path, token)).status).toBe(404);
  });
});
