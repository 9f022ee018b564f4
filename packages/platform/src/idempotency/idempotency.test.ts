import { createHash, createHmac, randomUUID } from "node:crypto";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";
import { keptKey } from "./key.ts";
import { forgetOldKeys } from "./keyed-write.ts";

let platform: TestPlatform;
let admin: string;
beforeAll(async () => {
  platform = await startTestPlatform();
  admin = await platform.token({ user: "admin" });
});
afterAll(() => platform.close());

interface Post {
  readonly path?: string;
  readonly token?: string;
  readonly body: object;
  readonly key: string;
}

async function post({ path = "/api/projects", token = admin, body, key }: Post) {
  const headers = { "content-type": "application/json", "idempotency-key": key };
  const response = await platform.request(path, token, { method: "POST", headers, body: JSON.stringify(body) });
  const { status } = response;
  const text = await response.text();
  return { status, text, body: JSON.parse(text), header: (name: string) => response.headers.get(name) };
}

async function projectsNamed(name: string): Promise<number> {
  return (await platform.db.selectFrom("projects").where("name", "=", name).select("id").execute()).length;
}

async function age(key: string, hours: number): Promise<void> {
  const created_at = sql<string>`now() - make_interval(hours => ${hours})`;
  await platform.db.updateTable("idempotency_keys").set({ created_at }).where("key", "=", keptKey(key)).execute();
}

test("the same request twice is carried out once and answered alike, byte for byte", async () => {
  const request = { body: { name: "twice", description: "a" }, key: randomUUID() };
  const first = await post(request);
  const again = await post({ ...request, body: { description: "a", name: "twice" } });
  expect([first.status, again.status]).toEqual([201, 201]);
  expect(again.text).toBe(first.text);
  expect([first, again].map((answer) => answer.header("idempotency-replayed"))).toEqual([null, "true"]);
  expect([first, again].map((answer) => answer.header("idempotency-key"))).toEqual([request.key, request.key]);
  expect(again.header("content-type")).toBe(first.header("content-type"));
  expect(await projectsNamed("twice")).toBe(1);
});

test("of twenty at once one is carried out; the others get its answer, or are told that it runs", async () => {
  const request = { body: { name: "at-once" }, key: randomUUID() };
  const answers = await Promise.all(Array.from({ length: 20 }, () => post(request)));
  expect(await projectsNamed("at-once")).toBe(1);
  const first = answers.find(({ status, header }) => status === 201 && header("idempotency-replayed") === null);
  expect(first).toBeDefined();
  for (const answer of answers) {
    if (answer.status === 201) expect(answer.text).toBe(first?.text);
    else expect([answer.status, answer.header("retry-after")]).toEqual([409, "1"]);
  }
  expect((await post(request)).text).toBe(first?.text);
});

test("the first that still runs is not run beside", async () => {
  const request = { body: { name: "slow" }, key: randomUUID() };
  let running: Promise<unknown> = Promise.resolve();
  await platform.db.transaction().execute(async (blocker) => {
    await sql`lock table projects in share mode`.execute(blocker);
    running = post(request);
    const waiting = sql<{ n: number }>`select count(*) as n from pg_locks where not granted`;
    while ((await waiting.execute(platform.db)).rows[0]?.n === 0);
    const second = await post(request);
    expect([second.status, second.header("retry-after")]).toEqual([409, "1"]);
  });
  expect(await running).toMatchObject({ status: 201 });
  expect((await post(request)).header("idempotency-replayed")).toBe("true");
});

test("another body or path with the same key is refused, another user's same key is not", async () => {
  const key = randomUUID();
  expect((await post({ body: { name: "owned" }, key })).status).toBe(201);
  for (const other of [{ body: { name: "other" } }, { path: "/api/projects?x=1", body: { name: "owned" } }]) {
    const refused = await post({ ...other, key });
    expect([refused.status, refused.body.fields[0].path]).toEqual([422, "idempotency-key"]);
  }
  await platform.addUser("namesake", [{ role: "admin" }]);
  const token = await platform.token({ user: "namesake" });
  const other = await post({ token, body: { name: "owned" }, key });
  expect([other.status, other.header("idempotency-replayed")]).toEqual([201, null]);
});

test("an error is not kept: the key is free for a better request", async () => {
  const key = randomUUID();
  expect((await post({ body: { name: "a/b" }, key })).status).toBe(400);
  expect((await post({ body: { name: "wrong-branch", default_branch: "-x y" }, key })).status).toBe(400);
  expect((await post({ body: { name: "right" }, key })).status).toBe(201);
});

test("an answer with a secret is not kept; its repetition names what was made", async () => {
  const request = { path: "/api/tokens", body: { name: "shown once" }, key: randomUUID() };
  const first = await post(request);
  const again = await post(request);
  expect(again.status).toBe(409);
  expect(again.body.resource_id).toBe(first.body.id);
  expect(again.header("retry-after")).toBe(null);
  expect(again.text).not.toContain("plat_");
  const kept = await platform.db.selectFrom("idempotency_keys").selectAll().execute();
  expect(JSON.stringify(kept)).not.toContain(first.body.token);
});

test("neither a key nor a plain hash of a request is kept, by which its password could be guessed", async () => {
  const body = { name: "keyed", email: "keyed@example.test", password: "a password", user_type: "human" };
  const request = { path: "/api/users", body, key: randomUUID() };
  expect((await post(request)).status).toBe(201);
  const kept = JSON.stringify(await platform.db.selectFrom("idempotency_keys").selectAll().execute());
  const entries = Object.entries(body).sort(([a], [b]) => (a < b ? -1 : 1));
  const plain = JSON.stringify(["POST", request.path, { object: entries }]);
  expect(kept).not.toContain(request.key);
  expect(kept).not.toContain(createHash("sha256").update(plain).digest("hex"));
  expect(kept).toContain(createHmac("sha256", request.key).update(plain).digest("hex"));
});

test("a right that is gone hides the first answer too", async () => {
  const userId = await platform.addUser("demoted", [{ role: "developer" }]);
  const token = await platform.token({ user: "demoted" });
  const request = { token, body: { name: "while-allowed" }, key: randomUUID() };
  expect((await post(request)).status).toBe(201);
  await platform.db.deleteFrom("user_roles").where("user_id", "=", userId).execute();
  expect((await post(request)).status).toBe(403);
});

test("a key is 1 to 255 printable characters", async () => {
  for (const key of ["x".repeat(256), "a b", "\u00e9"]) {
    const { status, body } = await post({ body: { name: "never" }, key });
    expect([key, status, body.fields?.[0]?.path]).toEqual([key, 400, "idempotency-key"]);
  }
  expect((await post({ body: { name: "longest" }, key: "x".repeat(255) })).status).toBe(201);
});

test("after 24 hours a key is new, and then forgotten", async () => {
  const old = randomUUID();
  const young = randomUUID();
  expect((await post({ body: { name: "yesterday" }, key: old })).status).toBe(201);
  expect((await post({ body: { name: "today" }, key: young })).status).toBe(201);
  await age(young, 23);
  await age(old, 25);
  expect((await post({ body: { name: "another-day" }, key: old })).header("idempotency-replayed")).toBe(null);
  expect((await post({ body: { name: "today" }, key: young })).header("idempotency-replayed")).toBe("true");
  await age(old, 25);
  await Promise.all([forgetOldKeys(platform.db), forgetOldKeys(platform.db)]);
  const left = await platform.db
    .selectFrom("idempotency_keys")
    .where("key", "in", [old, young].map(keptKey))
    .select("key")
    .execute();
  expect(left).toEqual([{ key: keptKey(young) }]);
});
