import { describe, expect, test } from "vitest";
import {
  ada,
  assignmentOf,
  auditor,
  bob,
  delegationWith,
  idOf,
  ops,
  project,
  type Route,
  sendJson,
  sendPage,
  userWith,
} from "../testing/stand-in-platform.ts";
import { use } from "../testing/use.ts";

const created = (value: object): Route => sendJson(201, value);
const ok = { ok: true };
const token = `plat_api_${"0123456789abcdef".repeat(4)}`;

describe("create_user", () => {
  const route = "POST /api/users";
  const args = { name: "ada", email: "ada@example.test" };

  test("makes up a password for a human, shows it once, and says what comes next", async () => {
    const { text, bodies, asked } = await use("create_user", args, { [route]: created(ada) });
    const [body] = bodies;
    const password = /^password: (plat_pw_[0-9a-f]{32}) \(secret, shown this once\)$/m.exec(text)?.[1];
    expect(body).toEqual({ ...args, user_type: "human", password });
    expect(text).toMatch(/\nHand the password to nobody but them, to be changed at once\. assign_role or/);
    expect(asked).toEqual([]);
    const again = await use("create_user", args, { [route]: created(ada) });
    expect(again.text).not.toContain(password);
  });

  test("does not repeat a password that was given", async () => {
    const password = "correct horse battery";
    const { text, bodies } = await use("create_user", { ...args, password }, { [route]: created(ada) });
    expect(bodies).toMatchObject([{ password }]);
    expect(text).not.toContain(password);
  });

  test("gives an agent none", async () => {
    const agent = userWith({ user_type: "agent" });
    const { text, bodies } = await use("create_user", { ...args, user_type: "agent" }, { [route]: created(agent) });
    expect(bodies).toEqual([{ ...args, user_type: "agent" }]);
    expect(text).toMatch(/type: agent\n.*\ncreate_delegation lends them what they may do\.$/);
  });
});

describe("update_user", () => {
  const route = `PATCH /api/users/${ada.id}`;

  test("changes words without a question", async () => {
    const changed = userWith({ display_name: null, email: "a@example.test" });
    const args = { user: "ada", display_name: null, email: "a@example.test" };
    const { text, bodies, asked } = await use("update_user", args, { [route]: changed });
    expect(bodies).toEqual([{ display_name: null, email: "a@example.test" }]);
    expect(asked).toEqual([]);
    expect(text).toMatch(/^name: ada\nid: \S+\nemail: a@example.test\n/);
  });

  test("asks before it lets somebody in again", async () => {
    const { asked, bodies, text } = await use("update_user", { user: "ada", reactivate: true }, { [route]: ada });
    expect(asked).toEqual(['Reactivate ada ("Ada Lovelace", ada@example.test, human), with the roles that they had?']);
    expect(bodies).toEqual([{ is_active: true }]);
    expect(text).not.toContain("active: false");
  });

  test("says what a platform did not do", async () => {
    const args = { user: "ada", display_name: null, reactivate: true };
    const { text } = await use("update_user", args, { [route]: userWith({ is_active: false }) });
    expect(text).toContain(
      "This platform does not reactivate users: they stayed as they were. This platform does not clear a display name",
    );
  });

  test("needs to be told what", async () => {
    const { text, requests } = await use("update_user", { user: "ada" });
    expect(text).toBe("update_user was not called: give what is to change: display_name, email or reactivate.");
    expect(requests).toEqual([]);
  });
});

describe("deactivate_user", () => {
  const route = `DELETE /api/users/${ada.id}`;

  test("asks with who it is, and says what stays ended", async () => {
    const { asked, text, requests } = await use("deactivate_user", { user: "ada" }, { [route]: ok });
    expect(asked).toEqual([
      'Deactivate ada ("Ada Lovelace", ada@example.test, human), and end their sessions, tokens and delegations at once?',
    ]);
    expect(requests).toEqual([route]);
    expect(text).toContain("\nactive: false\n");
  });

  test("does nothing when the person says no", async () => {
    const { requests, isError } = await use("deactivate_user", { user: "ada" }, { [route]: ok }, "decline");
    expect({ requests, isError }).toEqual({ requests: [], isError: true });
  });

  test("of nobody is no success, though some platforms say so", async () => {
    const nobody = idOf(99);
    const missing = { [`GET /api/users/${nobody}`]: sendJson(404, { error: "user" }) };
    const { text, isError } = await use("deactivate_user", { user: nobody }, missing);
    expect(isError).toBe(true);
    expect(text).toContain("What exists: list_users.");
  });
});

describe("create_role", () => {
  const route = "POST /api/admin/roles";
  const grant = `PUT /api/admin/roles/${auditor.id}/permissions`;
  const args = { name: "auditor", permissions: ["project:read"] };
  const { permissions: _, ...bare } = auditor;

  test("is one request where it can be", async () => {
    const { text, requests, bodies, asked } = await use("create_role", args, { [route]: created(auditor) });
    expect(requests).toEqual([route]);
    expect(bodies).toEqual([args]);
    expect(asked).toEqual([]);
    expect(text).toBe(`name: auditor\nid: ${auditor.id}\npermissions: project:read\nassign_role gives it to somebody.`);
  });

  test("grants by a second one where it must, and looks at what that did", async () => {
    const routes = {
      [route]: created(bare),
      [grant]: ok,
      [`GET /api/admin/roles/${auditor.id}/permissions`]: [{ name: "project:read" }],
    };
    const permissions = ["project:read", "observe:write", "project:read"];
    const { text, bodies } = await use("create_role", { ...args, permissions }, routes);
    expect(bodies[1]).toEqual({ permissions: ["project:read", "observe:write"] });
    expect(text).toContain("permissions: project:read\nIt does not grant observe:write: this platform left that out.");
  });

  test("says that the role is there when the second one fails", async () => {
    const routes = { [route]: created(bare), [grant]: sendJson(403, { error: "forbidden" }) };
    const { text, isError } = await use("create_role", args, routes);
    expect(isError).toBe(true);
    expect(text).toMatchInlineSnapshot(`
      "create_role failed: 403 "forbidden" (PUT /api/admin/roles/{role_id}/permissions).
      The role auditor was made and grants nothing: update_role with role=00000000-0000-4000-8000-000000000011 sets what it grants."
    `);
  });

  test("names the permissions there are", async () => {
    const { text, requests } = await use("create_role", { ...args, permissions: ["issue:read"] });
    expect(text).toContain('permissions.0: Invalid option: expected one of "project:read"|"project:write"|');
    expect(requests).toEqual([]);
  });
});

describe("update_role", () => {
  const grant = `PUT /api/admin/roles/${auditor.id}/permissions`;
  const rename = `PATCH /api/admin/roles/${auditor.id}`;
  const granted = { [`GET /api/admin/roles/${auditor.id}/permissions`]: [{ name: "deploy:read" }] };

  test("asks with what it will grant besides, and no longer", async () => {
    const args = { role: "auditor", permissions: ["deploy:read"], name: "watcher" };
    const routes = { [grant]: ok, [rename]: { ...auditor, name: "watcher" }, ...granted };
    const { asked, requests, text } = await use("update_role", args, routes);
    expect(asked).toEqual([
      "Change role auditor to grant deploy:read, no longer grant project:read, be named watcher, for everybody who has it?",
    ]);
    expect(requests).toEqual([grant, `GET /api/admin/roles/${auditor.id}/permissions?limit=100`, rename]);
    expect(text).toBe(`name: watcher\nid: ${auditor.id}\npermissions: deploy:read`);
  });

  test("says what was done before the rest failed", async () => {
    const args = { role: auditor.id, permissions: ["deploy:read"], name: "watcher" };
    const { text, isError } = await use("update_role", args, { [grant]: ok, [rename]: sendPage, ...granted });
    expect(isError).toBe(true);
    expect(text).toContain("What it grants was changed, and nothing else.");
  });

  test("names the roles there are, and needs to be told what", async () => {
    expect((await use("update_role", { role: "boss", name: "x" })).text).toBe(
      "update_role was not called: there is no role boss; there are auditor, ops.",
    );
    expect((await use("update_role", { role: "auditor" })).text).toContain("give what is to change");
  });
});

describe("assign_role", () => {
  const route = `POST /api/admin/users/${ada.id}/roles`;

  test("is for the project, unless it is said to be everywhere", async () => {
    const there = await use(
      "assign_role",
      { user: "ada", role: "ops" },
      { [route]: created({ ok: true, id: idOf(31) }) },
    );
    expect(there.asked).toEqual([
      'Give ada ("Ada Lovelace", ada@example.test, human) the role ops on project shop, which grants deploy:read, deploy:promote?',
    ]);
    expect(there.bodies).toEqual([{ role_id: ops.id, project_id: project }]);
    expect(there.text).toMatchInlineSnapshot(`
      "user: ada
      role: ops
      project: 6f1f64a4-5d0e-4f0b-9a3e-0d2c8c8a7b11
      grants: deploy:read, deploy:promote
      assignment_id: 00000000-0000-4000-8000-000000000031"
    `);
    const everywhere = await use(
      "assign_role",
      { user: "ada", role: ops.id, project_id: "all" },
      { [route]: created({ ok: true }) },
    );
    expect(everywhere.asked[0]).toContain("the role ops everywhere, which grants deploy:read");
    expect(everywhere.bodies).toEqual([{ role_id: ops.id, project_id: null }]);
    expect(everywhere.text).toContain("project: all\n");
  });
});

test("a role that is named like the id of another is not taken for it", async () => {
  const posing = { ...auditor, id: idOf(12), name: ops.id, permissions: [] };
  const { asked, bodies } = await use(
    "assign_role",
    { user: "ada", role: ops.id },
    { "GET /api/admin/roles": [posing, ops], [`POST /api/admin/users/${ada.id}/roles`]: created(ok) },
  );
  expect(asked[0]).toContain("the role ops on project shop, which grants deploy:read, deploy:promote?");
  expect(bodies).toEqual([{ role_id: ops.id, project_id: project }]);
});

describe("remove_role", () => {
  const list = `GET /api/admin/users/${ada.id}/roles`;
  const remove = (id: string) => `DELETE /api/admin/users/${ada.id}/roles/${id}`;
  const both = [assignmentOf(ops, null), assignmentOf(ops, project)];

  test("takes it where it is said, and leaves it elsewhere", async () => {
    const there = await use("remove_role", { user: "ada", role: "ops" }, { [list]: both, [remove(idOf(31))]: ok });
    expect(there.asked).toEqual([
      'Take from ada ("Ada Lovelace", ada@example.test, human) the role ops on project shop?',
    ]);
    expect(there.requests.at(-1)).toBe(remove(idOf(31)));
    const args = { user: "ada", role: "ops", project_id: "all" };
    const everywhere = await use("remove_role", args, { [list]: both, [remove(idOf(30))]: ok });
    expect(everywhere.requests.at(-1)).toBe(remove(idOf(30)));
    expect(everywhere.asked[0]).toContain("the role ops everywhere?");
  });

  test("says what they have where they do not have it", async () => {
    const { text } = await use("remove_role", { user: "ada", role: "auditor" }, { [list]: both });
    expect(text).toBe(`remove_role was not called: ada has no such role there; they have ops (all), ops (${project}).`);
    expect((await use("remove_role", { user: "ada", role: "ops" }, { [list]: [] })).text).toContain("they have none");
  });

  test("takes it whole where a platform does not tell one from another, and only when it was told to", async () => {
    const routes = { [list]: sendJson(405, {}), [remove(ops.id)]: ok };
    const there = await use("remove_role", { user: "ada", role: "ops" }, routes);
    expect(there.isError).toBe(true);
    expect(there.text).toContain("takes a role from a user wherever they have it, which is project_id=all");
    const everywhere = await use("remove_role", { user: "ada", role: "ops", project_id: "all" }, routes);
    expect(everywhere.text).toContain("This platform has taken it wherever they had it, on single projects too.");
  });
});

describe("create_delegation", () => {
  const route = "POST /api/admin/delegations";

  test("asks with what, where and until when", async () => {
    const expires_at = "2027-01-01T00:00:00Z";
    const args = { user: "ada", permission: "deploy:read", expires_at, reason: "a visit" };
    const { asked, bodies, text } = await use("create_delegation", args, {
      [route]: created(delegationWith({ expires_at })),
    });
    expect(asked).toEqual([
      'Lend ada ("Ada Lovelace", ada@example.test, human) the permission deploy:read on project shop, until 2027-01-01T00:00:00Z?',
    ]);
    expect(bodies).toEqual([
      { delegate_id: ada.id, permission: "deploy:read", project_id: project, expires_at, reason: "a visit" },
    ]);
    expect(text).toMatchInlineSnapshot(`
      "id: 00000000-0000-4000-8000-000000000040
      permission: deploy:read
      from: bob
      to: ada
      project: 6f1f64a4-5d0e-4f0b-9a3e-0d2c8c8a7b11
      expires_at: 2027-01-01T00:00:00Z
      state: active
      revoke_delegation with delegation_id=00000000-0000-4000-8000-000000000040 ends it."
    `);
  });

  test("says when it has no end, and takes one from now", async () => {
    const answer = { [route]: created(delegationWith({ project_id: null })) };
    const endless = await use(
      "create_delegation",
      { user: ada.id, permission: "deploy:read", project_id: "all" },
      answer,
    );
    expect(endless.asked[0]).toMatch(/ everywhere, without an end\?$/);
    expect(endless.bodies).toEqual([{ delegate_id: ada.id, permission: "deploy:read", project_id: null }]);
    const args = { user: ada.id, permission: "deploy:read", expires_at: "+8h" };
    const { bodies, asked } = await use("create_delegation", args, answer);
    // Once: the words are the same however long somebody thinks about them.
    expect(asked).toEqual([expect.stringMatching(/ on project shop, until \+8h from now\?$/)]);
    const [{ expires_at }] = JSON.parse(JSON.stringify(bodies));
    expect(Date.parse(expires_at)).toBeGreaterThan(Date.now() + 7 * 3_600_000);
  });
});

describe("revoke_delegation", () => {
  const id = idOf(40);
  const route = `DELETE /api/admin/delegations/${id}`;
  const get = `GET /api/admin/delegations/${id}`;

  test("asks with what it ends", async () => {
    const args = { delegation_id: id };
    const { asked, text } = await use("revoke_delegation", args, { [route]: ok, [get]: delegationWith() });
    expect(asked).toEqual(["End the loan of deploy:read on project shop from bob to ada?"]);
    expect(text).toBe(`id: ${id}\nstate: revoked`);
  });

  test("asks with its id where a platform does not tell more", async () => {
    const args = { delegation_id: id };
    const { asked } = await use("revoke_delegation", args, { [route]: ok, [get]: sendJson(405, {}) });
    expect(asked).toEqual([`End the delegation ${id}?`]);
  });
});

describe("create_service_account", () => {
  const route = "POST /api/admin/service-accounts";
  const ci = userWith({ name: "ci", user_type: "service_account" });
  const made = { id: idOf(70), name: "ci-default", project_id: project, last_used_at: null };
  const answer = {
    user: ci,
    token: { ...made, scopes: ["deploy:read"], expires_at: "2027-11-20T00:00:00Z", created_at: ci.created_at, token },
  };
  const args = { name: "ci", email: "ci@example.test" };

  test("shows its token once, for the project unless it is for all", async () => {
    const { asked, bodies, text } = await use(
      "create_service_account",
      { ...args, scopes: ["deploy:read"] },
      { [route]: created(answer) },
    );
    expect(asked).toEqual(["Create service account ci, and a token of 365 days for deploy:read on project shop?"]);
    expect(bodies).toEqual([{ ...args, scopes: ["deploy:read"], project_id: project }]);
    expect(text).toMatchInlineSnapshot(`
      "name: ci
      id: 00000000-0000-4000-8000-000000000001
      display_name: "Ada Lovelace"
      email: ada@example.test
      type: service_account
      created_at: 2026-11-20T10:00:00Z
      token: plat_api_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef (secret, shown this once)
      scopes: deploy:read
      project: 6f1f64a4-5d0e-4f0b-9a3e-0d2c8c8a7b11
      expires_at: 2027-11-20T00:00:00Z
      Hand the token to nobody but whom it is for. It may do nothing yet: assign_role gives the account a role."
    `);
    const wide = await use("create_service_account", { ...args, project_id: "all" }, { [route]: created(answer) });
    expect(wide.asked).toEqual([
      "Create service account ci, and a token of 365 days for all that the account may do on any project?",
    ]);
    expect(wide.bodies).toEqual([{ ...args, scopes: [], project_id: null }]);
  });
});

describe("update_platform_config", () => {
  const setting = (key: string, value: unknown, more: object = {}) => ({
    ...{ key, value, default: 120, source: "set", type: "integer", description: "x", minimum: 5, maximum: 1440 },
    ...{ unit: "minutes", updated_at: null, updated_by: null, ...more },
  });
  const settings = [setting("session_deadline_minutes", 60), setting("max_previews", 10)];
  const get = { "GET /api/admin/config": settings };
  const route = "PATCH /api/admin/config";

  test("asks with what each is and becomes, and shows what was set", async () => {
    const values = { session_deadline_minutes: null, agent_image: "a b" };
    const { asked, bodies, text } = await use(
      "update_platform_config",
      { values },
      { ...get, [route]: [setting("session_deadline_minutes", 120, { source: "default" }), settings[1] ?? {}] },
    );
    expect(asked).toEqual([
      'Set for the whole platform session_deadline_minutes from 60 to its default, 120, and agent_image to "a b"?',
    ]);
    expect(bodies).toEqual([{ values }]);
    expect(text).toMatch(/^settings 1-1: .*\nsession_deadline_minutes 120 integer "5\.\.1440 minutes" "x"$/);
  });

  test("asks with what comes to a list and what goes, however long it is", async () => {
    const many = Array.from({ length: 40 }, (_, index) => `registry.example/team-${index}`);
    const list = setting("agent_image_prefixes", many, { type: "string_list" });
    const values = { agent_image_prefixes: [...many.slice(1), "evil.example"] };
    const { asked } = await use(
      "update_platform_config",
      { values },
      { "GET /api/admin/config": [list], [route]: [list] },
    );
    expect(asked).toEqual([
      "Set for the whole platform agent_image_prefixes, with evil.example and without registry.example/team-0?",
    ]);
  });

  test("tells what may be", async () => {
    const error = { error: "validation error", fields: [{ path: "values.max_previews", message: "must be 0 to 100" }] };
    const { text } = await use(
      "update_platform_config",
      { values: { max_previews: -1 } },
      { ...get, [route]: sendJson(400, error) },
    );
    expect(text).toContain('- "values.max_previews": "must be 0 to 100"');
    expect((await use("update_platform_config", { values: {} }, get)).text).toContain("values holds no setting");
  });
});

describe("update_project", () => {
  const shop = {
    id: project,
    name: "shop",
    display_name: null,
    description: null,
    visibility: "private",
    default_branch: "main",
    agent_image: "agents:1",
  };
  const routes = { "GET ": shop, "PATCH ": { ...shop, agent_image: null, visibility: "public" } };

  test("asks with what is there and what it becomes", async () => {
    const args = { agent_image: null, visibility: "public" };
    const { asked, bodies, text } = await use("update_project", args, routes);
    expect(asked).toEqual([
      `Change of project shop the visibility from private to public, and the agent image from agents:1 to the platform's default?`,
    ]);
    expect(bodies).toEqual([args]);
    expect(text).toBe(`id: ${project}\nname: shop\nvisibility: public\ndefault_branch: main`);
  });

  test("changes words without a question, and says what a platform did not clear", async () => {
    const { asked, text } = await use(
      "update_project",
      { description: null },
      {
        ...routes,
        "PATCH ": { ...shop, description: "old" },
      },
    );
    expect(asked).toEqual([]);
    expect(text).toContain("This platform cannot clear what was set: description stayed.");
    expect((await use("update_project", {}, routes)).text).toContain("give what is to change");
  });
});

test("who may not is told which permission is missing, and who can grant it", async () => {
  const refusal = { error: "forbidden", permission: "admin:users", reason: "no role grants it", granted_by: "bob" };
  const { text, isError } = await use(
    "assign_role",
    { user: ada.id, role: "ops" },
    {
      [`POST /api/admin/users/${ada.id}/roles`]: sendJson(403, refusal),
    },
  );
  expect(isError).toBe(true);
  expect(text).toContain(
    "This session lacks the permission admin:users on the whole platform (no role grants it). Who can change that: bob.",
  );
});

test("those that a call is about are found by name, though a platform does not search", async () => {
  const many = Array.from({ length: 100 }, (_, at) => userWith({ id: idOf(100 + at), name: `user-${at}` }));
  const list: Route = (response, query) =>
    sendJson(200, {
      items: query.get("offset") === "0" ? many : [bob],
      total: 101,
    })(response);
  const route = `DELETE /api/users/${bob.id}`;
  const { requests } = await use("deactivate_user", { user: "bob" }, { "GET /api/users/list": list, [route]: ok });
  expect(requests).toEqual([route]);
});
