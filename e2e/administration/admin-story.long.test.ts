import { afterAll, beforeAll, expect, test } from "vitest";
import { makeRepository } from "../contract/lib/repository.ts";
import { serverBundle } from "../lib/bundles.ts";
import { startTestPlatform, type TestPlatform, type TestProject } from "../lib/platform.ts";
import { type UsedServer, useServer } from "../lib/used-server.ts";

/** Somebody who administers the platform by its tools, and somebody who is let in by them. */
let platform: TestPlatform;
let shop: TestProject;
let other: TestProject;
let admin: UsedServer;
beforeAll(async () => {
  await using repository = await makeRepository();
  const [started, file] = await Promise.all([startTestPlatform(), serverBundle("platform-admin")]);
  platform = started;
  shop = await platform.importRepository(repository.path, "shop");
  other = await platform.importRepository(repository.path, "other");
  const env = { PLATFORM_API_URL: platform.url, PLATFORM_API_TOKEN: await platform.tokenFor({ scopes: [] }) };
  admin = await useServer({ file, env });
});
afterAll(async () => {
  await admin?.[Symbol.asyncDispose]();
  await platform?.close();
});

/** The value of a line of an answer. */
function lineOf(text: string, name: string): string {
  const value = new RegExp(`^${name}: (\\S+)`, "m").exec(text)?.[1];
  if (value === undefined) throw new Error(`no ${name} in:\n${text}`);
  return value;
}

async function post(path: string, body: object): Promise<ReturnType<JSON["parse"]>> {
  const init = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  return await (await fetch(`${platform.url}${path}`, init)).json();
}

test("a user is let in by a role and a loan, which ends to the second, and by one that is revoked", async () => {
  const grants = ["project:read", "deploy:read"];
  await admin.use("create_role", { name: "release-reader", permissions: grants });
  const made = await admin.use("create_user", { name: "dana", email: "dana@example.test" });
  const login = await post("/api/auth/login", { name: "dana", password: lineOf(made, "password") });
  const dana = async (project: TestProject, path: string) => {
    const headers = { authorization: `Bearer ${login.token}` };
    const answer = await fetch(`${platform.url}/api/projects/${project.id}/${path}`, { headers });
    await answer.arrayBuffer();
    return answer.status;
  };

  // A role on one project: there and nowhere else, from the next request on.
  expect(await dana(shop, "deployments")).toBe(404);
  await admin.use("assign_role", { user: "dana", role: "release-reader", project_id: shop.id });
  expect([await dana(shop, "deployments"), await dana(other, "deployments")]).toEqual([200, 404]);

  // A loan with an end: every answer of 200 was asked for before it, every answer of 403 came after it.
  expect(await dana(shop, "secrets")).toBe(403);
  const loan = { user: "dana", permission: "secret:read", project_id: shop.id, reason: "release night" };
  const lent = await admin.use("create_delegation", { ...loan, expires_at: "+10s" });
  const shown = await admin.use("get_user", { user: "dana", project_id: shop.id });
  expect(shown).toMatch(/secret:read.*delegation.*admin/);
  expect(shown).toMatch(/deploy:read.*role.*release-reader/);
  const end = Date.parse(await expiryOf(lineOf(lent, "id")));
  const asked: { status: number; before: number; after: number }[] = [];
  while (asked.at(-1)?.status !== 403) {
    const before = Date.parse(await platform.databaseTime());
    const status = await dana(shop, "secrets");
    asked.push({ status, before, after: Date.parse(await platform.databaseTime()) });
  }
  const allowed = asked.slice(0, -1);
  const [refused] = asked.slice(-1);
  expect(allowed.length).toBeGreaterThan(0);
  for (const { status, before } of allowed) expect([status, before <= end]).toEqual([200, true]);
  expect(refused?.after).toBeGreaterThanOrEqual(end);
  const late = (refused?.before ?? 0) - end;
  process.stdout.write(`a loan ended: ${allowed.length} requests before, the first one after it ${late} ms later\n`);
  expect(await admin.use("list_delegations", { user: "dana", state: "expired" })).toContain("secret:read");
  expect(await admin.use("get_user", { user: "dana", project_id: shop.id })).not.toContain("secret:read");

  // One without an end, until it is revoked: the very next request is refused.
  const again = lineOf(await admin.use("create_delegation", loan), "id");
  expect(await dana(shop, "secrets")).toBe(200);
  await admin.use("revoke_delegation", { delegation_id: again });
  expect(await dana(shop, "secrets")).toBe(403);
  expect(await dana(shop, "deployments")).toBe(200);

  // So is one by a role that is taken, and all of it with the account.
  await admin.use("remove_role", { user: "dana", role: "release-reader", project_id: shop.id });
  expect(await dana(shop, "deployments")).toBe(404);
  await admin.use("deactivate_user", { user: "dana" });
  expect(await dana(shop, "deployments")).toBe(401);

  // The log has all of it, the newest first, and nothing that is secret.
  const log = await admin.use("search_audit_log", { project_id: "all", user: "admin", limit: 50 });
  const actions = [...log.matchAll(/ "((?:POST|DELETE) [^"]+)" /g)].map(([, action]) => action);
  expect(actions.slice(0, 8)).toEqual([
    "DELETE /api/users/{user_id}",
    "DELETE /api/admin/users/{user_id}/roles/{role_id}",
    "DELETE /api/admin/delegations/{delegation_id}",
    "POST /api/admin/delegations",
    "POST /api/admin/delegations",
    "POST /api/admin/users/{user_id}/roles",
    "POST /api/users",
    "POST /api/admin/roles",
  ]);
  expect(log).toContain("release night");
  expect(log).not.toContain(lineOf(made, "password"));
});

async function expiryOf(id: string): Promise<string> {
  const token = await platform.tokenFor({ scopes: ["admin:delegate"] });
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(`${platform.url}/api/admin/delegations/${id}`, { headers });
  const { expires_at }: { expires_at: string } = JSON.parse(await answer.text());
  return expires_at;
}
