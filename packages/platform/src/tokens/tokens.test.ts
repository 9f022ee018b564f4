import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(() => platform.close());

test("a token is shown once, listed without its secret, and revoked", async () => {
  await platform.addUser("xena", [{ role: "viewer" }]);
  // One that never expires, so that it bounds nothing.
  const own = await platform.token({ user: "xena", expiresInDays: 300 });
  const body = { name: "laptop", scopes: ["project:read"], expires_in_days: 30 };
  const made = await platform.send("POST", "/api/tokens", own, body);
  expect(made.status).toBe(201);
  const { token, ...shown } = made.body;
  expect(token).toMatch(/^plat_api_[0-9a-f]{64}$/);
  expect(shown).toEqual({
    id: expect.any(String),
    name: "laptop",
    scopes: ["project:read"],
    project_id: null,
    last_used_at: null,
    expires_at: expect.any(String),
    created_at: expect.any(String),
  });
  expect(Math.round((Date.parse(shown.expires_at) - Date.now()) / 86_400_000)).toBe(30);
  const me = await platform.send("GET", "/api/auth/me", token);
  expect(me.body.permissions.global).toEqual(["project:read"]);
  const list = (await platform.send("GET", "/api/tokens", own)).body;
  expect(list.map(({ name }: { name: string }) => name)).toEqual(["laptop", "test"]);
  expect(JSON.stringify(list)).not.toContain(token.slice(9));
  expect((await platform.send("GET", "/api/tokens?limit=1&offset=1", own)).body).toHaveLength(1);
  expect((await platform.send("DELETE", `/api/tokens/${shown.id}`, own)).body).toEqual({ ok: true });
  expect((await platform.send("GET", "/api/auth/me", token)).status).toBe(401);
  expect((await platform.send("DELETE", `/api/tokens/${shown.id}`, own)).body.error).toBe("token");
});

test("a token lasts 90 days unless it is told otherwise, from 1 to 365", async () => {
  const own = await platform.token({ user: "admin", expiresInDays: 3650 });
  const days = async (expires_in_days?: number) => {
    const { status, body } = await platform.send("POST", "/api/tokens", own, { name: "t", expires_in_days });
    return status === 201 ? Math.round((Date.parse(body.expires_at) - Date.now()) / 86_400_000) : status;
  };
  expect([await days(), await days(1), await days(365)]).toEqual([90, 1, 365]);
  expect([await days(0), await days(366), await days(1.5)]).toEqual([400, 400, 400]);
});

test("a token with `*` among its scopes may do what its user may", async () => {
  await platform.addUser("yuri", [{ role: "viewer" }]);
  const own = await platform.token({ user: "yuri" });
  const { body } = await platform.send("POST", "/api/tokens", own, { name: "all", scopes: ["*"] });
  const { permissions } = (await platform.send("GET", "/api/auth/me", body.token)).body;
  expect(permissions.global.sort()).toEqual(["deploy:read", "observe:read", "project:read"]);
});
