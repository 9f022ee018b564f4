import { endpoints } from "@platform-mcp/client/contract";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { adminPassword, startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";
import { addPipeline, pushBranches } from "../testing/things-in-project.ts";
import { addDeployment } from "../workloads/testing/add-deployment.ts";
import { addPreview } from "../workloads/testing/add-preview.ts";

let platform: TestPlatform;
let admin: string;
let adminId: string;
beforeAll(async () => {
  platform = await startTestPlatform({ PLATFORM_TRUST_PROXY: "true" });
  admin = await platform.token({ user: "admin" });
  adminId = await platform.idOf("users", "admin");
});
afterAll(() => platform.close());

async function entries(action: string) {
  return await platform.db.selectFrom("audit_log").selectAll().where("action", "=", action).orderBy("id").execute();
}

async function lastEntry(action: string) {
  const last = (await entries(action)).at(-1);
  if (last === undefined) throw new Error(`${action} is not in the audit log`);
  return last;
}

/** Every write of the API, carried out once; each gives values that later ones need. */
async function writeEverything(): Promise<ReadonlySet<string>> {
  const written = new Set<string>();
  const write = async (path: string, ids: Record<string, string> = {}, body?: unknown) => {
    const [method = "", template = ""] = path.split(" ");
    const url = template.replace(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? "");
    const answer = await platform.send(method, url, admin, body);
    expect([path, answer.status], JSON.stringify(answer.body)).toEqual([path, answer.status < 300 ? answer.status : 0]);
    written.add(path);
    return answer.body;
  };
  await write("POST /api/auth/login", {}, { name: "admin", password: adminPassword });
  const user_id = (await write("POST /api/users", {}, { name: "u", email: "u@example.test", password: "long enough" }))
    .id;
  await write("PATCH /api/users/{user_id}", { user_id }, { display_name: "U", password: "longer than that" });
  const role_id = (await write("POST /api/admin/roles", {}, { name: "r", permissions: ["project:read"] })).id;
  await write("PATCH /api/admin/roles/{role_id}", { role_id }, { description: "reads" });
  await write("PUT /api/admin/roles/{role_id}/permissions", { role_id }, { permissions: ["project:write"] });
  await write("POST /api/admin/users/{user_id}/roles", { user_id }, { role_id });
  await write("DELETE /api/admin/users/{user_id}/roles/{role_id}", { user_id, role_id });
  await write("DELETE /api/admin/roles/{role_id}", { role_id });
  const lent = { delegate_id: user_id, permission: "project:read" };
  const delegation_id = (await write("POST /api/admin/delegations", {}, lent)).id;
  await write("DELETE /api/admin/delegations/{delegation_id}", { delegation_id });
  const token_id = (await write("POST /api/tokens", {}, { name: "t", scopes: ["project:read"] })).id;
  await write("DELETE /api/tokens/{token_id}", { token_id });
  const another = (await write("POST /api/tokens", {}, { name: "t", scopes: ["project:read"] })).id;
  const theirs = { user_id: adminId, token_id: another };
  await write("DELETE /api/admin/users/{user_id}/tokens/{token_id}", theirs);
  await write("PATCH /api/admin/config", {}, { values: { max_previews: 20, agent_image_prefixes: ["r.example/a"] } });
  await write("PATCH /api/admin/config", {}, { values: { max_previews: null, agent_image_prefixes: null } });
  const rule = { name: "slow", query: "metric:duration agg:p95", condition: "gt", threshold: 500 };
  const alert_id = (await write("POST /api/observe/alerts", {}, rule)).id;
  await write("PATCH /api/observe/alerts/{alert_id}", { alert_id }, { severity: "critical" });
  await write("DELETE /api/observe/alerts/{alert_id}", { alert_id });
  const account = { name: "s", email: "s@example.test", scopes: ["project:read"] };
  const made = await write("POST /api/admin/service-accounts", {}, account);
  await write("DELETE /api/admin/service-accounts/{user_id}", { user_id: made.user.id });
  const project_id = (await write("POST /api/projects", {}, { name: "p" })).id;
  await write("PATCH /api/projects/{project_id}", { project_id }, { description: "now described" });
  await writeInProject(project_id, (path, ids, body) => {
    const [method, rest] = path.split(" ");
    return write(`${method} /api/projects/{project_id}${rest}`, { ...ids, project_id }, body);
  });
  const secret = { name: "OF_ALL", value: "top secret value", scope: "all" };
  await write("POST /api/admin/secrets", {}, secret);
  await write("DELETE /api/admin/secrets/{secret_name}", { secret_name: secret.name });
  const manifests = { name: "manifests", repo_url: "project:admin/p" };
  const ops_repo_id = (await write("POST /api/admin/ops-repos", {}, manifests)).id;
  await write("PATCH /api/admin/ops-repos/{ops_repo_id}", { ops_repo_id }, { path: "deploy" });
  await write("POST /api/admin/ops-repos/{ops_repo_id}/sync", { ops_repo_id });
  await write("DELETE /api/admin/ops-repos/{ops_repo_id}", { ops_repo_id });
  await write("DELETE /api/projects/{project_id}", { project_id });
  await write("DELETE /api/users/{user_id}", { user_id });
  await write("POST /api/auth/logout");
  return written;
}

type WriteInProject = (path: string, ids?: Record<string, string>, body?: unknown) => Promise<{ id: string }>;

/** Every write on what goes on in a project, which starts empty. */
async function writeInProject(project: string, write: WriteInProject): Promise<void> {
  pushBranches(platform.repositories.of(project).path);
  await write("POST /pipelines", {}, { git_ref: "main" });
  const { pipeline_id } = await addPipeline(platform, project);
  await write("POST /pipelines/{pipeline_id}/cancel", { pipeline_id });
  await write("POST /pipelines/{pipeline_id}/retry", { pipeline_id });
  await write("POST /secrets", {}, { name: "TOKEN", value: "top secret value", scope: "all" });
  await write("DELETE /secrets/{secret_name}", { secret_name: "TOKEN" });
  const hook = { url: "https://hooks.invalid", events: ["agent"], secret: "top secret value" };
  const webhook_id = (await write("POST /webhooks", {}, hook)).id;
  await write("PATCH /webhooks/{webhook_id}", { webhook_id }, { active: false });
  await write("POST /webhooks/{webhook_id}/test", { webhook_id });
  await write("DELETE /webhooks/{webhook_id}", { webhook_id });
  await write("POST /deployments", {}, { environment: "staging", image_ref: "app:1" });
  await write("PATCH /deployments/{environment}", { environment: "staging" }, { image_ref: "app:2" });
  await write("DELETE /deployments/{environment}", { environment: "staging" });
  await addDeployment(platform.db, project, "production");
  await write("POST /deployments/{environment}/rollback", { environment: "production" });
  const { branch_slug } = await addPreview(platform.db, project, "next");
  await write("POST /previews/{branch_slug}/extend", { branch_slug: branch_slug ?? "" }, { hours: 1 });
  await write("DELETE /previews/{branch_slug}", { branch_slug: branch_slug ?? "" });
  const session_id = (await write("POST /sessions", {}, { prompt: "Mend it" })).id;
  await write("POST /sessions/{session_id}/message", { session_id }, { content: "And then?" });
  await write("POST /sessions/{session_id}/extend", { session_id }, { minutes: 1 });
  await write("POST /sessions/{session_id}/stop", { session_id });
  const number = "1";
  await write("POST /issues", {}, { title: "It fails" });
  await write("PATCH /issues/{number}", { number }, { status: "closed" });
  const comment = await write("POST /issues/{number}/comments", { number }, { body: "Why?" });
  await write("PATCH /issues/{number}/comments/{comment_id}", { number, comment_id: comment.id }, { body: "Why not?" });
  await write("POST /merge-requests", {}, { source_branch: "next", target_branch: "main", title: "Mend it" });
  await write("PATCH /merge-requests/{number}", { number }, { title: "Mend all of it" });
  await write("POST /merge-requests/{number}/reviews", { number }, { verdict: "comment", body: "Hm" });
  const said = await write("POST /merge-requests/{number}/comments", { number }, { body: "Why?" });
  await write("PATCH /merge-requests/{number}/comments/{comment_id}", { number, comment_id: said.id }, { body: "So?" });
  await write("POST /merge-requests/{number}/merge", { number }, {});
}

test("every write of the contract is recorded, and nothing that is secret is", async () => {
  const written = await writeEverything();
  const writes = endpoints.filter(({ method }) => method !== "GET").map(({ method, path }) => `${method} ${path}`);
  expect([...written].sort()).toEqual(writes.sort());
  for (const action of writes) {
    const entry = await lastEntry(action);
    expect(entry).toMatchObject({ actor_id: adminId, actor_name: "admin", actor_type: "human", outcome: "done" });
    expect([action, entry.resource, entry.resource_id]).toEqual([action, expect.any(String), expect.any(String)]);
    expect(entry.request_id).toEqual(expect.any(String));
    expect(entry.token_id === null).toBe(action === "POST /api/auth/login");
  }
  const whole = JSON.stringify(await platform.db.selectFrom("audit_log").selectAll().execute());
  for (const secret of [
    admin,
    adminPassword,
    "long enough",
    "longer than that",
    "top secret value",
    "plat_",
    "argon2",
  ]) {
    expect(whole).not.toContain(secret);
  }
});

describe("an entry", () => {
  test("holds what was changed, as it was and as it is", async () => {
    const project = await platform.addProject("admin", "changing");
    await platform.send("PATCH", `/api/projects/${project}`, admin, { description: "new", visibility: "private" });
    expect(await lastEntry("PATCH /api/projects/{project_id}")).toMatchObject({
      resource: "project",
      resource_id: project,
      project_id: project,
      before: { description: null },
      after: { description: "new" },
    });
  });

  test("says from where, by the proxy's word where that is trusted", async () => {
    const from = async (forwarded: string) => {
      const headers = { "x-forwarded-for": forwarded, "content-type": "application/json" };
      const body = JSON.stringify({ name: `from-${Math.random()}` });
      await platform.request("/api/projects", admin, { method: "POST", headers, body });
      return (await lastEntry("POST /api/projects")).ip;
    };
    expect(await from("203.0.113.7, 10.0.0.1")).toBe("203.0.113.7");
    expect(await from("2001:db8::1")).toBe("2001:db8::1");
    expect(await from("<script>")).toBe(null);
  });

  test("of an agent names whose it is", async () => {
    const agent = await platform.addUser("helper", [], "agent");
    await platform.addUser("asker", [{ role: "developer" }]);
    const project = await platform.addProject("asker", "theirs");
    await platform.lend({ from: "asker", to: "helper", permission: "project:write", project });
    const token = await platform.token({ user: "helper" });
    const path = `/api/projects/${project}`;
    expect((await platform.send("PATCH", path, token, { description: "by an agent" })).status).toBe(200);
    const entry = await lastEntry("PATCH /api/projects/{project_id}");
    const asker = await platform.idOf("users", "asker");
    expect(entry).toMatchObject({ actor_id: agent, actor_type: "agent", on_behalf_of: asker });
  });
});

describe("a write that is refused", () => {
  test("leaves an entry of its own, with what was missing", async () => {
    await platform.addUser("reader", [{ role: "viewer" }]);
    const project = await platform.addProject("admin", "closed");
    const token = await platform.token({ user: "reader" });
    expect((await platform.send("DELETE", `/api/projects/${project}`, token)).status).toBe(403);
    expect(await lastEntry("DELETE /api/projects/{project_id}")).toMatchObject({
      actor_name: "reader",
      resource: "project",
      resource_id: project,
      project_id: project,
      after: { permission: "project:delete" },
      outcome: "refused",
    });
  });

  test("by a token that has expired names whose it was; a stranger leaves nothing", async () => {
    const expired = await platform.token({ user: "admin", expiresInDays: -1 });
    const before = await entries("POST /api/projects");
    for (const token of ["garbage", `plat_api_${"0".repeat(64)}`, undefined]) {
      expect((await platform.send("POST", "/api/projects", token, { name: "x" })).status).toBe(401);
    }
    expect(await entries("POST /api/projects")).toHaveLength(before.length);
    expect((await platform.send("POST", "/api/projects", expired, { name: "x" })).status).toBe(401);
    const entry = await lastEntry("POST /api/projects");
    expect(entry).toMatchObject({ actor_name: "admin", outcome: "refused" });
    expect(entry.token_id).toEqual(expect.any(String));
  });
});

test("a write that fails leaves neither its change nor an entry", async () => {
  const count = async () => (await entries("POST /api/projects")).length;
  const before = await count();
  expect((await platform.send("POST", "/api/projects", admin, { name: "bad", default_branch: "-x y" })).status).toBe(
    400,
  );
  expect(await count()).toBe(before);
});

test("the log is only added to", async () => {
  for (const statement of [
    sql`update audit_log set actor_name = 'somebody else'`,
    sql`delete from audit_log`,
    sql`truncate audit_log`,
  ]) {
    await expect(statement.execute(platform.db)).rejects.toThrow("only added to");
  }
});
