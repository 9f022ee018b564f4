import { admin as definition } from "@platform-mcp/server-admin";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeSmallRepository } from "../contract/lib/repository.ts";
import { serverBundle } from "../lib/bundles.ts";
import { openDataServer } from "../lib/data-server.ts";
import { startTestPlatform, type TestPlatform, type TestProject } from "../lib/platform.ts";
import { runProgram } from "../lib/run-program.ts";
import { type UsedServer, useServer } from "../lib/used-server.ts";

let platform: TestPlatform;
let shop: TestProject;
let file: string;
let env: Readonly<Record<string, string>>;
/** As a session of role admin has it: with a project of its own, and all others in reach. */
let admin: UsedServer;
/** What was called, so that no tool is forgotten. */
const called = new Set<string>();

beforeAll(async () => {
  await using repository = await makeSmallRepository();
  [platform, file] = await Promise.all([startTestPlatform(), serverBundle("platform-admin")]);
  shop = await platform.importRepository(repository.path, "shop");
  const token = await platform.tokenFor({ scopes: [] });
  env = {
    ...{ PLATFORM_API_URL: platform.url, PLATFORM_API_TOKEN: token },
    ...{ PROJECT_ID: shop.id, PLATFORM_CROSS_PROJECT: "1" },
  };
  admin = await useServer({ file, env });
});
afterAll(async () => {
  await admin?.[Symbol.asyncDispose]();
  await platform?.close();
});

async function use(tool: string, args: object = {}): Promise<string> {
  called.add(tool);
  return await admin.use(tool, args);
}

/** The value of a line of an answer. */
function lineOf(text: string, name: string): string {
  return new RegExp(`^${name}: (\\S+)`, "m").exec(text)?.[1] ?? `no ${name} in: ${text}`;
}

async function status(token: string, path: string): Promise<number> {
  const answer = await fetch(`${platform.url}${path}`, { headers: { authorization: `Bearer ${token}` } });
  await answer.arrayBuffer();
  return answer.status;
}

const email = (name: string) => `${name}@example.test`;

describe("users", () => {
  test("are made with a password that works, found, changed, and lose and get back their access", async () => {
    const made = await use("create_user", { name: "erin", email: email("erin"), display_name: "Erin" });
    const login = () =>
      fetch(`${platform.url}/api/auth/login`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ name: "erin", password: lineOf(made, "password") }),
      }).then(async (answer) => [answer.status, await answer.text()][0]);
    expect(await login()).toBe(200);
    expect(await use("list_users", { search: "ERI", user_type: "human" })).toMatch(
      /^users 1-1 of 1: .*\nerin \S+ "Erin" erin@example\.test human /,
    );
    await use("update_user", { user: email("erin"), email: email("erin-2"), display_name: null });
    expect(await use("get_user", { user: "erin" })).toMatch(/^name: erin\nid: \S+\nemail: erin-2@example\.test\n/);
    await use("deactivate_user", { user: "erin" });
    expect(await login()).toBe(401);
    expect(await use("list_users", { is_active: false })).toContain("\nerin ");
    await use("update_user", { user: "erin", reactivate: true });
    expect(await login()).toBe(200);
    expect(await admin.refused("create_user", { name: "erin", email: email("x") })).toContain(
      '409 "a user named erin exists already"',
    );
  });
});

describe("roles", () => {
  test("are made, given where it is said, changed for who has them, and taken there alone", async () => {
    await use("create_user", { name: "finn", email: email("finn") });
    await use("create_role", { name: "watcher", permissions: ["project:read", "observe:read"], description: "Looks" });
    expect(await use("list_roles")).toMatch(/\nwatcher \S+ - observe:read,project:read "Looks"/);
    const here = await use("assign_role", { user: "finn", role: "watcher" });
    expect(lineOf(here, "project")).toBe(shop.id);
    await use("assign_role", { user: "finn", role: "watcher", project_id: "all" });
    await use("update_role", { role: "watcher", permissions: ["project:read"], name: "onlooker" });
    const held = await use("get_user", { user: "finn" });
    expect(held).toContain("roles 1-2: ");
    expect(held).toMatch(/^project:read all role onlooker/m);
    expect(held).toMatch(new RegExp(`^project:read ${shop.id} role onlooker`, "m"));
    expect(held).not.toContain("observe:read");
    await use("remove_role", { user: "finn", role: "onlooker", project_id: "all" });
    const left = await use("get_user", { user: "finn" });
    expect(left).not.toMatch(/^project:read all /m);
    expect(left).toMatch(new RegExp(`^project:read ${shop.id} role onlooker`, "m"));
    expect(await admin.refused("remove_role", { user: "finn", role: "onlooker", project_id: "all" })).toContain(
      `finn has no such role there; they have onlooker (${shop.id})`,
    );
    expect(await admin.refused("update_role", { role: "viewer", permissions: [] })).toContain(
      "cannot modify a system role",
    );
  });
});

describe("delegations", () => {
  test("are lent, listed with names, and ended", async () => {
    await use("create_user", { name: "gus", email: email("gus"), user_type: "agent" });
    const lent = await use("create_delegation", { user: "gus", permission: "project:read", expires_at: "+8h" });
    expect(lineOf(lent, "project")).toBe(shop.id);
    const hours = (Date.parse(lineOf(lent, "expires_at")) - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(7);
    expect(hours).toBeLessThanOrEqual(8);
    expect(await use("list_delegations", { state: "active" })).toMatch(
      new RegExp(`^${lineOf(lent, "id")} project:read admin gus ${shop.id} `, "m"),
    );
    expect(await use("get_user", { user: "gus" })).toMatch(/^project:read \S+ delegation admin 20/m);
    await use("revoke_delegation", { delegation_id: lineOf(lent, "id") });
    expect(await use("list_delegations", { user: "gus", state: "revoked" })).toContain(lineOf(lent, "id"));
    expect(await use("get_user", { user: "gus" })).toContain("no permissions. ");
    expect(await admin.refused("revoke_delegation", { delegation_id: lineOf(lent, "id") })).toContain(
      "What exists: list_delegations.",
    );
  });
});

test("a service account's token is good for its project, once the account has a role", async () => {
  const made = await use("create_service_account", { name: "ci", email: email("ci"), scopes: ["project:read"] });
  const token = lineOf(made, "token");
  expect(await status(token, `/api/projects/${shop.id}`)).toBe(404);
  await use("assign_role", { user: "ci", role: "developer" });
  expect(await status(token, `/api/projects/${shop.id}`)).toBe(200);
  expect(await status(token, `/api/projects/${shop.id}/secrets`)).toBe(403);
  await use("deactivate_user", { user: "ci" });
  expect(await status(token, `/api/projects/${shop.id}`)).toBe(401);
});

test("settings are listed with what they may be, set all or none, and set back", async () => {
  expect(await use("get_platform_config")).toMatch(/^session_deadline_minutes 120 integer "1\.\.1440 minutes" /m);
  const values = { session_deadline_minutes: 60, max_previews: 3 };
  expect(await use("update_platform_config", { values })).toMatch(/^settings 1-2: /);
  expect(await use("get_platform_config")).toMatch(/^session_deadline_minutes 60 120 integer /m);
  const refusal = await admin.refused("update_platform_config", { values: { max_previews: 5, no_such: 1 } });
  expect(refusal).toContain("no_such");
  expect(await use("get_platform_config")).toMatch(/^max_previews 3 /m);
  await use("update_platform_config", { values: { session_deadline_minutes: null, max_previews: null } });
  expect(await use("get_platform_config")).toMatch(/^session_deadline_minutes 120 integer /m);
});

test("a project is changed, its agents' image set and cleared", async () => {
  const set = await use("update_project", { agent_image: "registry.example/agents:1", description: "Sells things" });
  expect(set).toContain("agent_image: registry.example/agents:1");
  expect(await use("update_project", { agent_image: null })).not.toContain("agent_image");
});

test("the audit log is searched for a project, for somebody, and for all", async () => {
  expect(await use("search_audit_log", { action: "PATCH", from: "-1h" })).toMatch(
    /"PATCH \/api\/projects\/\{project_id\}" project \S+ "agent_image: registry\.example\/agents:1 -> null"\n/,
  );
  const all = await use("search_audit_log", { project_id: "all", resource: "user", user: "admin" });
  expect(all).toContain('"is_active: true -> false"');
  expect(all).toMatch(/"POST \/api\/users" user \S+ "name: gus; /);
  const wide = await admin.refused("create_delegation", { user: "admin", permission: "project:read" });
  expect(wide).toContain("must be somebody else");
  expect(await use("search_audit_log", { from: "-1h", to: "-30m", project_id: "all" })).toMatch(/^no entries\. /);
});

test("every tool was used", () => {
  expect([...called].sort()).toEqual(definition.tools.map(({ name }) => name).sort());
});

describe("who may not", () => {
  test("is told which permission is missing, and the check says so of every tool", async () => {
    const token = await platform.tokenFor({ scopes: ["project:read", "admin:roles"] });
    await using reader = await useServer({ file, env: { ...env, PLATFORM_API_TOKEN: token } });
    const refusals: Readonly<Record<string, readonly [args: object, permission: string]>> = {
      list_users: [{}, "admin:users"],
      get_user: [{ user: "finn" }, "admin:users"],
      create_user: [{ name: "x", email: email("x") }, "admin:users"],
      deactivate_user: [{ user: "finn" }, "admin:users"],
      assign_role: [{ user: "00000000-0000-4000-8000-000000000001", role: "viewer" }, "admin:users"],
      create_role: [{ name: "x", permissions: ["deploy:read"] }, "deploy:read"],
      list_delegations: [{}, "admin:delegate"],
      get_platform_config: [{}, "admin:config"],
      update_platform_config: [{ values: { max_previews: 1 } }, "admin:config"],
      search_audit_log: [{}, "admin:users"],
      update_project: [{ description: "x" }, "project:write"],
    };
    for (const [tool, [args, permission]] of Object.entries(refusals)) {
      expect(await reader.refused(tool, args), tool).toContain(`lacks the permission ${permission} `);
    }
    const { code, stdout } = await runProgram(file, ["--check"], { env: { ...env, PLATFORM_API_TOKEN: token } });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^ok {3}list_roles +admin:roles +has it$/m);
    expect(stdout).toMatch(/^FAIL assign_role +admin:users, admin:roles +lacks admin:users$/m);
    for (const { name } of definition.tools) expect(stdout).toMatch(new RegExp(`^(ok|FAIL) +${name} `, "m"));
  });
});

test("as data, every answer fits the schema that is announced", async () => {
  await using server = await openDataServer({ file, env });
  const calls: readonly (readonly [name: string, args: Record<string, unknown>])[] = [
    ["list_users", {}],
    ["get_user", { user: "finn" }],
    ["create_user", { name: "hal", email: email("hal") }],
    ["list_roles", {}],
    ["assign_role", { user: "hal", role: "viewer" }],
    ["create_delegation", { user: "hal", permission: "deploy:read" }],
    ["list_delegations", {}],
    ["create_service_account", { name: "bot", email: email("bot") }],
    ["get_platform_config", {}],
    ["search_audit_log", { project_id: "all" }],
    ["update_project", { description: null }],
  ];
  for (const [name, args] of calls) await server.data(name, args);
});
