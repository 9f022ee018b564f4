import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { adminPassword, startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";
import { atMost } from "./at-most.ts";
import { attemptLimiter } from "./attempt-limiter.ts";
import { setPassword } from "./passwords.ts";
import { sessionSetCookie } from "./sessions.ts";

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(() => platform.close());

const password = "a password to log in with";

async function human(name: string): Promise<string> {
  const id = await platform.addUser(name);
  await setPassword(platform.db, id, password);
  return id;
}

async function login(name: string, tried = password) {
  const init = {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name, password: tried }),
  };
  const response = await platform.request("/api/auth/login", undefined, init);
  return { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) };
}

const me = async (headers: Record<string, string>) =>
  (await platform.request("/api/auth/me", undefined, { headers })).status;

describe("a login", () => {
  test("gives a session as a token and as a cookie, either of which is the user themselves", async () => {
    const id = await human("hanna");
    const { status, headers, body } = await login("hanna");
    expect(status).toBe(200);
    expect(body).toEqual({
      token: expect.stringMatching(/^plat_[0-9a-f]{64}$/),
      expires_at: expect.any(String),
      user: expect.objectContaining({ id, name: "hanna", user_type: "human" }),
    });
    expect(Object.keys(body.user).sort()).toEqual(
      ["id", "name", "display_name", "email", "user_type", "is_active", "created_at", "updated_at"].sort(),
    );
    const cookie = `session=${body.token}`;
    expect(headers.get("set-cookie")).toBe(`${cookie}; Path=/; HttpOnly; SameSite=Strict; Max-Age=86400`);
    const remaining = Date.parse(body.expires_at) - Date.now();
    expect(Math.abs(remaining - 86_400_000)).toBeLessThan(60_000);
    expect((await platform.send("GET", "/api/auth/me", body.token)).body).toMatchObject({ name: "hanna", token: null });
    expect(await me({ cookie: `theme=dark; ${cookie}` })).toBe(200);
    // As in the first implementation: a bearer that is no good leaves the cookie to count.
    expect(await me({ cookie, authorization: "Bearer garbage" })).toBe(200);
    expect(await me({ cookie: "session=garbage" })).toBe(401);
  });

  test("that fails says the same whatever is wrong", async () => {
    await human("ida");
    const gone = await human("gone");
    await platform.db.updateTable("users").set({ is_active: false }).where("id", "=", gone).execute();
    await platform.addUser("wordless");
    const attempts = [await login("ida", "wrong"), await login("gone"), await login("wordless"), await login("nobody")];
    for (const { status, body, headers } of attempts) {
      expect([status, body]).toEqual([401, { error: "unauthorized", request_id: expect.any(String) }]);
      expect(headers.get("set-cookie")).toBeNull();
    }
  });

  test("is tried ten times in five minutes for a name, there or not, and then not even with the right password", async () => {
    await human("jana");
    for (const name of ["jana", "not-there"]) {
      const statuses: number[] = [];
      for (let attempt = 0; attempt < 10; attempt++) statuses.push((await login(name, "wrong")).status);
      expect(statuses).toEqual(Array(10).fill(401));
      const { status, body, headers } = await login(name);
      expect([status, body.error]).toEqual([429, "too many requests"]);
      expect(Number(headers.get("retry-after"))).toBeGreaterThan(200);
      expect(Number(headers.get("retry-after"))).toBeLessThanOrEqual(300);
    }
    expect((await login("admin", adminPassword)).status).toBe(200);
  });

  test("ends by logout everywhere, while API tokens go on", async () => {
    await human("kim");
    const [first, second] = [await login("kim"), await login("kim")];
    const api = await platform.token({ user: "kim" });
    const out = await platform.request("/api/auth/logout", first.body.token, { method: "POST" });
    expect([out.status, JSON.parse(await out.text())]).toEqual([200, { ok: true }]);
    expect(out.headers.get("set-cookie")).toContain("session=; ");
    for (const { body } of [first, second]) {
      expect((await platform.send("GET", "/api/auth/me", body.token)).status).toBe(401);
    }
    expect((await platform.send("GET", "/api/auth/me", api)).status).toBe(200);
  });

  test("ends when its time is over", async () => {
    const id = await human("lea");
    const { body } = await login("lea");
    const past = new Date(Date.now() - 1000).toISOString();
    await platform.db.updateTable("login_sessions").set({ expires_at: past }).where("user_id", "=", id).execute();
    expect((await platform.send("GET", "/api/auth/me", body.token)).status).toBe(401);
  });

  test("ends, but for the one that asks, when the password changes", async () => {
    const id = await human("mia");
    const [here, elsewhere] = [await login("mia"), await login("mia")];
    const change = { password: "another password" };
    expect((await platform.send("PATCH", `/api/users/${id}`, here.body.token, change)).status).toBe(200);
    expect((await platform.send("GET", "/api/auth/me", here.body.token)).status).toBe(200);
    expect((await platform.send("GET", "/api/auth/me", elsewhere.body.token)).status).toBe(401);
    expect([(await login("mia")).status, (await login("mia", change.password)).status]).toEqual([401, 200]);
  });

  test("leaves nothing in the database that could be used to log in", async () => {
    const id = await human("nora");
    const { body } = await login("nora");
    const sessions = await platform.db.selectFrom("login_sessions").where("user_id", "=", id).selectAll().execute();
    expect(JSON.stringify(sessions)).not.toContain(body.token.slice(5));
    const stored = await platform.db
      .selectFrom("passwords")
      .where("user_id", "=", id)
      .select("hash")
      .executeTakeFirst();
    expect(stored?.hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });
});

test("the cookie is for HTTPS only where that is asked for", () => {
  expect(sessionSetCookie("plat_x", true)).toBe(
    "session=plat_x; Path=/; HttpOnly; SameSite=Strict; Max-Age=86400; Secure",
  );
});

test("of what costs much, only so much runs at once; the rest is told to come again", async () => {
  const limited = atMost(2);
  const { promise: gate, resolve: open } = Promise.withResolvers<string>();
  const running = [limited(() => gate), limited(() => gate)];
  await expect(limited(() => gate)).rejects.toMatchObject({
    status: 429,
    details: { headers: { "retry-after": "1" } },
  });
  open("done");
  expect(await Promise.all(running)).toEqual(["done", "done"]);
  await expect(limited(() => Promise.reject(new Error("failed")))).rejects.toThrow("failed");
  expect(await Promise.all([limited(() => gate), limited(() => gate)])).toEqual(["done", "done"]);
});

test("a flood of logins leaves the platform to others", async () => {
  const flood = Promise.all(Array.from({ length: 60 }, (_, i) => login(`flood-${i}`)));
  const token = await platform.token({ user: "admin" });
  expect((await platform.send("GET", "/api/auth/me", token)).status).toBe(200);
  for (const { status } of await flood) expect([401, 429]).toContain(status);
});

test("attempts are counted in windows of their own", () => {
  let now = 0;
  const limiter = attemptLimiter({ attempts: 2, windowSeconds: 10 }, () => now);
  expect([limiter.take("a"), limiter.take("a"), limiter.take("a"), limiter.take("b")]).toEqual([
    undefined,
    undefined,
    10,
    undefined,
  ]);
  now = 4_500;
  expect(limiter.take("a")).toBe(6);
  now = 10_000;
  expect(limiter.take("a")).toBeUndefined();
});
