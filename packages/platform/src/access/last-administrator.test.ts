import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";

let platform: TestPlatform;
let admin: { id: string; token: string };
beforeAll(async () => {
  platform = await startTestPlatform();
  admin = { id: await platform.idOf("users", "admin"), token: await platform.token({ user: "admin" }) };
});
afterAll(() => platform.close());

const adminRole = () => platform.idOf("roles", "admin");

test("the last administrator cannot be deactivated, demoted or stripped, by anybody", async () => {
  const lent = await platform.addUser("lent-to");
  await platform.lend({ from: "admin", to: "lent-to", permission: "admin:users" });
  await platform.addUser("bot", [{ role: "admin" }], "service_account");
  await platform.addUser("former", [{ role: "admin" }]);
  await platform.db.updateTable("users").set({ is_active: false }).where("name", "=", "former").execute();
  const attempts = [
    ["DELETE", `/api/users/${admin.id}`],
    ["PATCH", `/api/users/${admin.id}`, { is_active: false }],
    ["DELETE", `/api/admin/users/${admin.id}/roles/${await adminRole()}`],
  ] as const;
  for (const token of [admin.token, await platform.token({ user: "lent-to" })]) {
    for (const [method, path, body] of attempts) {
      const answer = await platform.send(method, path, token, body);
      expect(answer.status).toBe(409);
      expect(answer.body.error).toContain("nobody would be left who holds admin:users");
    }
  }
  expect((await platform.send("GET", "/api/users/list", admin.token)).status).toBe(200);
  expect((await platform.send("DELETE", `/api/users/${lent}`, admin.token)).status).toBe(200);
});

test("nor when it is a role of one's own making that would stop granting it", async () => {
  const governors = await platform.addRole("governors", ["admin:users", "admin:roles"]);
  await platform.addUser("governor", [{ role: "governors" }]);
  const token = await platform.token({ user: "governor" });
  const assignment = `/api/admin/users/${admin.id}/roles/${await adminRole()}`;
  expect((await platform.send("DELETE", assignment, token)).status).toBe(200);
  const stripped = { permissions: ["admin:roles"] };
  expect((await platform.send("PUT", `/api/admin/roles/${governors}/permissions`, token, stripped)).status).toBe(409);
  expect((await platform.send("DELETE", `/api/admin/roles/${governors}`, token)).status).toBe(409);
  await platform.db
    .insertInto("user_roles")
    .values({ user_id: admin.id, role_id: await adminRole(), project_id: null })
    .execute();
  expect((await platform.send("PUT", `/api/admin/roles/${governors}/permissions`, token, stripped)).status).toBe(200);
});

test("two administrators who remove each other at the same moment leave one", async () => {
  await platform.addUser("second", [{ role: "admin" }]);
  for (let round = 0; round < 10; round++) {
    const people = [];
    for (const name of ["admin", "second"]) {
      people.push({ id: await platform.idOf("users", name), token: await platform.token({ user: name }) });
    }
    const [first, second] = people;
    if (first === undefined || second === undefined) throw new Error("there are two");
    const role = await adminRole();
    const answers = await Promise.all([
      platform.send("DELETE", `/api/users/${second.id}`, first.token),
      platform.send("DELETE", `/api/admin/users/${first.id}/roles/${role}`, second.token),
    ]);
    const left = await platform.db
      .selectFrom("users")
      .innerJoin("user_roles", "user_roles.user_id", "users.id")
      .where("user_roles.role_id", "=", role)
      .where("users.is_active", "=", true)
      .where("users.user_type", "=", "human")
      .select("users.id")
      .execute();
    expect(left.length, JSON.stringify(answers)).toBe(1);
    for (const { id } of people) {
      await platform.db.updateTable("users").set({ is_active: true }).where("id", "=", id).execute();
      await platform.db
        .insertInto("user_roles")
        .values({ user_id: id, role_id: role, project_id: null })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    }
  }
});
