import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";

let platform: TestPlatform;
let admin: string;
beforeAll(async () => {
  platform = await startTestPlatform();
  admin = await platform.token({ user: "admin" });
});
afterAll(() => platform.close());

const create = (body: object) => platform.send("POST", "/api/users", admin, body);
const fields = (body: { fields: { path: string }[] }) => [...new Set(body.fields.map(({ path }) => path))];

describe("a user", () => {
  test("is created without any permission; a human can log in", async () => {
    const { status, body } = await create({ name: "oskar", email: "oskar@x.test", password: "long enough" });
    expect(status).toBe(201);
    expect(body).toMatchObject({ name: "oskar", display_name: null, user_type: "human", is_active: true });
    const login = await platform.send("POST", "/api/auth/login", undefined, { name: "oskar", password: "long enough" });
    expect(login.status).toBe(200);
    expect((await platform.send("GET", "/api/auth/me", login.body.token)).body.permissions.global).toEqual([]);
  });

  test("has a password just when it is human", async () => {
    const without = await create({ name: "petra", email: "petra@x.test" });
    expect([without.status, fields(without.body)]).toEqual([400, ["password"]]);
    for (const user_type of ["agent", "service_account"]) {
      const base = { name: `a-${user_type}`, email: `${user_type}@x.test`, user_type };
      const given = await create({ ...base, password: "long enough" });
      expect([given.status, fields(given.body)]).toEqual([400, ["password"]]);
      expect((await create(base)).body.user_type).toBe(user_type);
    }
  });

  test("is refused with what is wrong, and with what is there already", async () => {
    const good = { name: "quinn", email: "quinn@x.test", password: "long enough" };
    for (const [change, path] of [
      [{ name: ".quinn" }, "name"],
      [{ name: "" }, "name"],
      [{ email: "quinn" }, "email"],
      [{ email: "a@b@c" }, "email"],
      [{ display_name: "" }, "display_name"],
      [{ user_type: "service" }, "user_type"],
      [{ password: "1234567" }, "password"],
    ] as const) {
      const { status, body } = await create({ ...good, ...change });
      expect([status, fields(body)], JSON.stringify(change)).toEqual([400, [path]]);
    }
    expect((await create(good)).status).toBe(201);
    const sameName = await create({ ...good, email: "other@x.test" });
    expect([sameName.status, sameName.body.error]).toEqual([409, "a user named quinn exists already"]);
    const sameEmail = await create({ ...good, name: "quinn2" });
    expect([sameEmail.status, sameEmail.body.error]).toEqual([
      409,
      "a user with the e-mail address quinn@x.test exists already",
    ]);
  });

  test("is changed in what is given: absent keeps, null clears", async () => {
    const id = await platform.addUser("rosa");
    const token = await platform.token({ user: "rosa" });
    const patch = (body: object) => platform.send("PATCH", `/api/users/${id}`, token, body);
    expect((await patch({ display_name: "Rosa" })).body).toMatchObject({ display_name: "Rosa" });
    expect((await patch({ email: "r@x.test" })).body).toMatchObject({ display_name: "Rosa", email: "r@x.test" });
    expect((await patch({ display_name: null })).body).toMatchObject({ display_name: null, email: "r@x.test" });
    expect((await patch({})).body).toMatchObject({ display_name: null, email: "r@x.test" });
    expect((await patch({ email: "admin@localhost" })).status).toBe(409);
    expect((await patch({ email: null })).status).toBe(400);
  });

  test("sees themselves; others need admin:users", async () => {
    const [sam, tom] = [await platform.addUser("sam"), await platform.addUser("tom")];
    const token = await platform.token({ user: "sam" });
    expect((await platform.send("GET", `/api/users/${sam}`, token)).body.name).toBe("sam");
    const refused = await platform.send("GET", `/api/users/${tom}`, token);
    expect([refused.status, refused.body.permission]).toEqual([403, "admin:users"]);
    expect((await platform.send("GET", `/api/users/${tom}`, admin)).body.name).toBe("tom");
    const nobody = "00000000-0000-4000-8000-000000000000";
    for (const method of ["GET", "PATCH", "DELETE"]) {
      const body = method === "PATCH" ? {} : undefined;
      const answer = await platform.send(method, `/api/users/${nobody}`, admin, body);
      expect([answer.status, answer.body.error]).toEqual([404, "user"]);
    }
  });

  test("who is deactivated can do nothing at once, and after coming back has roles but no old token or loan", async () => {
    const id = await platform.addUser("uma", [{ role: "viewer" }]);
    await platform.lend({ from: "admin", to: "uma", permission: "secret:read" });
    const token = await platform.token({ user: "uma" });
    expect((await platform.send("GET", "/api/auth/me", token)).status).toBe(200);
    expect((await platform.send("DELETE", `/api/users/${id}`, admin)).body).toEqual({ ok: true });
    expect((await platform.send("GET", "/api/auth/me", token)).status).toBe(401);
    expect((await platform.send("PATCH", `/api/users/${id}`, admin, { is_active: true })).body.is_active).toBe(true);
    expect((await platform.send("GET", "/api/auth/me", token)).status).toBe(401);
    const me = await platform.send("GET", "/api/auth/me", await platform.token({ user: "uma" }));
    expect(me.body.permissions.global.sort()).toEqual(["deploy:read", "observe:read", "project:read"]);
  });
});

test("users are found by a part of any of their names, as text and not as a pattern", async () => {
  await create({ name: "vera_1", email: "first@search.test", display_name: "Véra", password: "long enough" });
  await create({ name: "vera-2", email: "second@search.test", password: "long enough" });
  const found = async (query: string) => {
    const { body } = await platform.send("GET", `/api/users/list?${query}`, admin);
    return { names: body.items.map(({ name }: { name: string }) => name).sort(), total: body.total };
  };
  expect(await found("search=VERA")).toEqual({ names: ["vera-2", "vera_1"], total: 2 });
  expect(await found("search=vera_")).toEqual({ names: ["vera_1"], total: 1 });
  expect(await found(`search=${encodeURIComponent("véra")}`)).toEqual({ names: ["vera_1"], total: 1 });
  expect(await found("search=search.test&limit=1")).toEqual({ names: ["vera-2"], total: 2 });
  expect(await found("search=%25")).toEqual({ names: [], total: 0 });
  await platform.db.updateTable("users").set({ is_active: false }).where("name", "=", "vera-2").execute();
  expect(await found("search=vera&is_active=true")).toEqual({ names: ["vera_1"], total: 1 });
  expect(await found("search=vera&is_active=false")).toEqual({ names: ["vera-2"], total: 1 });
  expect(await found("search=vera&user_type=agent")).toEqual({ names: [], total: 0 });
  expect((await found("search=vera&user_type=human")).total).toBe(2);
  expect((await platform.send("GET", "/api/users/list?limit=-1", admin)).status).toBe(400);
});

describe("a service account", () => {
  test("gets a token when scopes or a project are given, and none otherwise", async () => {
    const make = (body: object) => platform.send("POST", "/api/admin/service-accounts", admin, body);
    const bare = await make({ name: "bare", email: "bare@x.test", description: "does nothing yet" });
    expect([bare.status, bare.body.token, bare.body.user.user_type]).toEqual([201, null, "service_account"]);
    const project = await platform.addProject("admin", "of-the-bot");
    const { body } = await make({ name: "ci", email: "ci@x.test", scopes: ["project:read"], project_id: project });
    expect(body.token).toMatchObject({ name: "ci-default", scopes: ["project:read"], project_id: project });
    expect(body.token.token).toMatch(/^plat_api_[0-9a-f]{64}$/);
    expect((await platform.send("GET", `/api/projects/${project}`, body.token.token)).status).toBe(404);
    const viewer = { role_id: await platform.idOf("roles", "viewer"), project_id: project };
    await platform.send("POST", `/api/admin/users/${body.user.id}/roles`, admin, viewer);
    expect((await platform.send("GET", `/api/projects/${project}`, body.token.token)).status).toBe(200);
  });

  test("is listed and deactivated as such", async () => {
    const id = await platform.addUser("worker", [], "service_account");
    const token = await platform.token({ user: "worker" });
    const { items } = (await platform.send("GET", "/api/admin/service-accounts", admin)).body;
    expect(new Set(items.map((item: { user_type: string }) => item.user_type))).toEqual(new Set(["service_account"]));
    const path = (of: string) => `/api/admin/service-accounts/${of}`;
    const human = await platform.addUser("wanda");
    expect((await platform.send("DELETE", path(human), admin)).body.error).toBe("user is not a service account");
    expect((await platform.send("DELETE", path(human.replace(/^.{8}/, "00000000")), admin)).status).toBe(404);
    expect((await platform.send("DELETE", path(id), admin)).body).toEqual({ ok: true });
    expect((await platform.send("GET", "/api/auth/me", token)).status).toBe(401);
  });
});
