import type { ServerResponse } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { StdioServer } from "../lib/stdio-server.ts";
import { call } from "./lib/contract.ts";
import { serverOn } from "./lib/server-on.ts";
import { type SeenRequest, type StandIn, sendJson, startStandIn } from "./lib/stand-in.ts";

const project = "6f1f64a4-5d0e-4f0b-9a3e-0d2c8c8a7b11";
const id = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
const at = "2026-02-01T00:00:00.123456Z";

const userNamed = (number: number, name: string, user_type = "human") => ({
  ...{ id: id(number), name, display_name: null, email: `${name}@example.test`, user_type, is_active: true },
  ...{ created_at: at, updated_at: at },
});
const ada = userNamed(1, "ada");
const bob = { ...userNamed(2, "bob"), display_name: "Bob" };
const users = [bob, ada, ...Array.from({ length: 150 }, (_, at) => userNamed(100 + at, `user-${at}`))];

/** Roles come without what they grant. */
const role = (number: number, name: string, is_system: boolean) => ({
  ...{ id: id(number), name, description: null, is_system, created_at: at },
});
const roles = [role(11, "auditor", false), role(10, "ops", true)];
const granted = (...names: string[]) =>
  names.map((name) => ({ id: id(60), name, resource: "x", action: "y", description: null }));

/** Without names or a state. */
const loan = (number: number, fields: object = {}) => ({
  ...{ id: id(number), delegator_id: ada.id, delegate_id: bob.id, permission_id: id(60) },
  ...{ permission_name: "deploy:read", project_id: project, expires_at: null, reason: null, created_at: at },
  revoked_at: null,
  ...fields,
});
const loans = [
  loan(43),
  loan(42, { expires_at: "2026-02-02T00:00:00Z" }),
  loan(41, { revoked_at: "2026-02-01T01:00:00Z" }),
];
const shop = {
  ...{ id: project, owner_id: ada.id, name: "shop", display_name: null, description: "Old", visibility: "private" },
  ...{ default_branch: "main", agent_image: "agents:1", is_active: true, created_at: at, updated_at: at },
};

/** Its page for browsers, with which it answers where it has no endpoint. */
const page = (response: ServerResponse) =>
  void response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>Platform</title>");

/** What a PUT of permissions answers: it leaves out what it does not know. */
let put = { status: 200, body: { ok: true } as object };
let answered: object[] = [];
beforeEach(() => {
  put = { status: 200, body: { ok: true } };
  answered = granted("project:read");
});

type Answer = (response: ServerResponse, query: URLSearchParams) => void;
const json =
  (status: number, value: unknown): Answer =>
  (response) =>
    sendJson(response, status, value);

/** It knows `limit` and `offset` of some lists, and no search. */
const paged =
  (items: readonly object[]): Answer =>
  (response, query) => {
    const offset = Number(query.get("offset") ?? 0);
    const part = items.slice(offset, offset + Math.min(Number(query.get("limit") ?? 50), 100));
    sendJson(response, 200, { items: part, total: items.length });
  };

const answers: Readonly<Record<string, Answer>> = {
  "GET /api/auth/me": json(200, ada),
  "GET /api/users/list": paged(users),
  [`GET /api/users/${ada.id}`]: json(200, ada),
  [`GET /api/users/${bob.id}`]: json(200, bob),
  [`GET /api/users/${id(99)}`]: json(404, { error: "user" }),
  "POST /api/users": json(201, userNamed(3, "cleo")),
  // What is null is kept, and nobody comes back.
  [`PATCH /api/users/${bob.id}`]: json(200, { ...bob, is_active: false }),
  [`DELETE /api/users/${bob.id}`]: json(200, { ok: true }),
  // It says so of users that it does not have, too.
  [`DELETE /api/users/${id(99)}`]: json(200, { ok: true }),
  "GET /api/admin/roles": json(200, roles),
  "POST /api/admin/roles": json(201, role(11, "auditor", false)),
  [`GET /api/admin/roles/${id(10)}/permissions`]: json(200, granted("deploy:promote", "deploy:read")),
  [`GET /api/admin/roles/${id(11)}/permissions`]: (response) => sendJson(response, 200, answered),
  [`PUT /api/admin/roles/${id(11)}/permissions`]: (response) => sendJson(response, put.status, put.body),
  [`PUT /api/admin/roles/${id(10)}/permissions`]: json(400, { error: "cannot modify system role permissions" }),
  [`POST /api/admin/users/${bob.id}/roles`]: json(201, { ok: true }),
  // These paths know POST and DELETE alone.
  [`GET /api/admin/users/${bob.id}/roles`]: (response) => void response.writeHead(405, { allow: "POST" }).end(),
  [`DELETE /api/admin/users/${bob.id}/roles/${id(10)}`]: json(200, { ok: true }),
  [`DELETE /api/admin/users/${bob.id}/roles/${id(11)}`]: json(404, { error: "user_role" }),
  "GET /api/admin/delegations": json(200, loans),
  "POST /api/admin/delegations": json(201, loan(44)),
  [`GET /api/admin/delegations/${id(43)}`]: (response) => void response.writeHead(405, { allow: "DELETE" }).end(),
  [`DELETE /api/admin/delegations/${id(43)}`]: json(200, { ok: true }),
  [`DELETE /api/admin/delegations/${id(41)}`]: json(404, { error: "delegation" }),
  "POST /api/admin/service-accounts": json(201, {
    user: userNamed(4, "ci", "service_account"),
    token: {
      ...{ id: id(70), name: "ci-default", scopes: [], project_id: project, last_used_at: null },
      ...{ expires_at: "2027-02-01T00:00:00Z", created_at: at, token: `plat_api_${"0123456789abcdef".repeat(4)}` },
    },
  }),
  [`GET /api/projects/${project}`]: json(200, shop),
  [`PATCH /api/projects/${project}`]: json(200, shop),
};

let bodies: object[] = [];

async function answer(response: ServerResponse, { method, url, body }: SeenRequest): Promise<void> {
  const { pathname, searchParams } = new URL(url, "http://platform");
  const sent = await body();
  if (sent !== "") bodies.push(JSON.parse(sent));
  (answers[`${method} ${pathname}`] ?? page)(response, searchParams);
}

let standIn: StandIn;
let server: StdioServer;
beforeAll(async () => {
  standIn = await startStandIn((response, request) => void answer(response, request));
  server = await start({ PROJECT_ID: project, PLATFORM_CROSS_PROJECT: "1" });
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await standIn?.[Symbol.asyncDispose]();
});

const start = (scope: Readonly<Record<string, string>>) => serverOn(standIn, "platform-admin", scope);

async function use(tool: string, args: object = {}): Promise<string> {
  bodies = [];
  const { text, isError } = await call(server, tool, args);
  expect(isError, text).toBe(false);
  return text;
}

async function refused(tool: string, args: object = {}): Promise<string> {
  bodies = [];
  const { text, isError } = await call(server, tool, args);
  expect(isError, text).toBe(true);
  return text.replace(/\nRequest id: \S+$/, "");
}

const notOffered = "This platform does not offer this operation. Retrying cannot help.";

describe("users", () => {
  test("are searched here, and it is said", async () => {
    const text = await use("list_users", { search: "USER-149" });
    expect(text).toMatch(/^users 1-1 of 1: .*\nuser-149 /);
    expect(text).toContain("This platform does not filter that way: the newest 152 were looked through here.");
  });

  test("are found by name on any page, and those who are not there are said to be so", async () => {
    expect(await use("get_user", { user: "user-149" })).toContain(
      "\nThis platform does not tell the roles and permissions of a user.",
    );
    expect(await refused("get_user", { user: "nobody" })).toContain("nobody is called nobody; list_users shows who");
    expect(await refused("deactivate_user", { user: id(99) })).toContain("What exists: list_users.");
  });

  test("are made with a password that is made up, and are not reactivated", async () => {
    expect(await use("create_user", { name: "cleo", email: "cleo@example.test" })).toMatch(
      /\npassword: plat_pw_[0-9a-f]{32} \(secret, shown this once\)\n/,
    );
    expect(bodies).toMatchObject([{ name: "cleo", password: expect.stringMatching(/^plat_pw_[0-9a-f]{32}$/) }]);
    const text = await use("update_user", { user: "bob", display_name: null, reactivate: true });
    expect(text).toContain("\nactive: false\n");
    expect(text).toContain("This platform does not reactivate users");
    expect(text).toContain("This platform does not clear a display name");
    expect(await use("deactivate_user", { user: "bob" })).toContain("\nactive: false\n");
  });
});

describe("roles", () => {
  test("are listed with what they grant, for which each is asked; there is no list of permissions", async () => {
    expect(await use("list_roles")).toBe(
      [
        "roles 1-2: name id comes_with_platform permissions",
        `auditor ${id(11)} - project:read`,
        `ops ${id(10)} true deploy:promote,deploy:read`,
      ].join("\n"),
    );
  });

  test("get what they are to grant by a second request, whose failure is said", async () => {
    const args = { name: "auditor", permissions: ["project:read", "project:read"] };
    expect(await use("create_role", args)).toContain("permissions: project:read\nassign_role gives it to somebody.");
    expect(bodies[1]).toEqual({ permissions: ["project:read"] });
    put = { status: 403, body: { error: "forbidden" } };
    expect(await refused("create_role", args)).toBe(
      [
        'create_role failed: 403 "forbidden" (PUT /api/admin/roles/{role_id}/permissions).',
        `The role auditor was made and grants nothing: update_role with role=${id(11)} sets what it grants.`,
      ].join("\n"),
    );
  });

  test("what the platform left out of a role is said not to be granted", async () => {
    const text = await use("update_role", { role: "auditor", permissions: ["project:read", "observe:read"] });
    expect(text).toContain("It does not grant observe:read: this platform left that out.");
  });

  test("cannot be renamed, nor the platform's own be changed", async () => {
    expect(await refused("update_role", { role: "auditor", name: "watcher" })).toContain(notOffered);
    const both = await refused("update_role", { role: "auditor", name: "watcher", permissions: ["project:read"] });
    expect(both).toContain("What it grants was changed, and nothing else.");
    expect(await refused("update_role", { role: "ops", permissions: [] })).toContain(
      '400 "cannot modify system role permissions"',
    );
  });

  test("are given, on the project unless it is said to be everywhere, without an id of that", async () => {
    const text = await use("assign_role", { user: "bob", role: "ops" });
    expect(text).toBe(`user: bob\nrole: ops\nproject: ${project}\ngrants: deploy:promote, deploy:read`);
    expect(bodies).toEqual([{ role_id: id(10), project_id: project }]);
    await use("assign_role", { user: "bob", role: "ops", project_id: "all" });
    expect(bodies).toEqual([{ role_id: id(10), project_id: null }]);
  });

  test("are taken wherever somebody has them, or not at all", async () => {
    expect(await refused("remove_role", { user: "bob", role: "ops" })).toContain(
      "this platform takes a role from a user wherever they have it, which is project_id=all",
    );
    expect(await use("remove_role", { user: "bob", role: "ops", project_id: "all" })).toContain(
      "This platform has taken it wherever they had it, on single projects too.",
    );
    expect(await refused("remove_role", { user: "bob", role: "auditor", project_id: "all" })).toContain("404");
  });
});

describe("delegations", () => {
  test("are those of one user, with ids in place of names, and a state that is told from their times", async () => {
    const text = await use("list_delegations");
    expect(text).toContain(`${id(43)} deploy:read ${ada.id} ${bob.id} ${project} - active`);
    expect(text).toContain("2026-02-02T00:00:00Z expired");
    expect(text).toContain("This platform lists those of one user at a time");
    const revoked = await use("list_delegations", { user: "bob", state: "revoked" });
    expect(revoked).toMatch(new RegExp(`^delegations 1-1: .*\n${id(41)} `));
    expect(revoked).toContain("This platform does not filter that way");
  });

  test("are made and ended", async () => {
    expect(await use("create_delegation", { user: "bob", permission: "deploy:read" })).toContain("state: active\n");
    expect(bodies).toEqual([{ delegate_id: bob.id, permission: "deploy:read", project_id: project }]);
    expect(await use("revoke_delegation", { delegation_id: id(43) })).toBe(`id: ${id(43)}\nstate: revoked`);
    expect(await refused("revoke_delegation", { delegation_id: id(41) })).toContain("What exists: list_delegations.");
  });
});

test("a service account gets its token, which is shown once", async () => {
  expect(await use("create_service_account", { name: "ci", email: "ci@example.test" })).toMatch(
    /\ntoken: plat_api_[0-9a-f]{64} \(secret, shown this once\)\n/,
  );
  expect(bodies).toEqual([{ name: "ci", email: "ci@example.test", scopes: [], project_id: project }]);
});

test.each(["get_platform_config", "search_audit_log"])("%s is not offered", async (tool) => {
  expect(await refused(tool)).toContain(notOffered);
});

test("settings cannot be set", async () => {
  expect(await refused("update_platform_config", { values: { max_previews: 1 } })).toContain(notOffered);
});

test("what a project keeps is said to be kept", async () => {
  expect(await use("update_project", { agent_image: null, description: null })).toContain(
    "This platform cannot clear what was set: description, agent_image stayed.",
  );
});

describe("a server that is bound to its project", () => {
  test("grants nothing elsewhere", async () => {
    await using bound = await start({ PROJECT_ID: project });
    for (const project_id of ["all", id(77)]) {
      const { text, isError } = await call(bound, "assign_role", { user: "bob", role: "ops", project_id });
      expect(isError).toBe(true);
      expect(text).toContain('unknown argument "project_id"; valid arguments: user, role');
    }
    bodies = [];
    expect((await call(bound, "assign_role", { user: "bob", role: "ops" })).isError).toBe(false);
    expect(bodies).toEqual([{ role_id: id(10), project_id: project }]);
  });

  test("only reads where it is to", async () => {
    await using reader = await start({ PROJECT_ID: project, PLATFORM_READ_ONLY: "1" });
    const { result } = await reader.request("tools/list");
    const tools = Array.isArray(result?.tools) ? result.tools : [];
    expect(tools.map(({ name }) => name)).toEqual([
      ...["list_users", "get_user", "list_roles", "list_delegations", "get_platform_config", "search_audit_log"],
    ]);
  });
});

test("a server that is bound to none is told where it grants", async () => {
  await using free = await start({});
  const { text } = await call(free, "assign_role", { user: "bob", role: "ops" });
  expect(text).toBe("assign_role was not called: project_id is required.");
});
