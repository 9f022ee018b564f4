import { describe, expect, test } from "vitest";
import {
  ada,
  assignmentOf,
  auditor,
  bob,
  delegationWith,
  idOf,
  listed,
  ops,
  project,
  sendJson,
  sendPage,
  userWith,
} from "../testing/stand-in-platform.ts";
import { use } from "../testing/use.ts";

describe("list_users", () => {
  const gone = userWith({ id: idOf(3), name: "ci", user_type: "service_account", is_active: false });
  const route = "GET /api/users/list";

  test("is a row each, and says who may not do anything any more", async () => {
    const { text } = await use("list_users", {}, { [route]: listed(ada, bob, gone) });
    expect(text).toMatchInlineSnapshot(`
      "users 1-3 of 3: name id display_name email type active created_at
      ada 00000000-0000-4000-8000-000000000001 "Ada Lovelace" ada@example.test human - 2026-11-20T10:00:00Z
      bob 00000000-0000-4000-8000-000000000002 - bob@example.test human - 2026-11-20T10:00:00Z
      ci 00000000-0000-4000-8000-000000000003 "Ada Lovelace" ada@example.test service_account false 2026-11-20T10:00:00Z"
    `);
  });

  test("searches, on platforms that do not search too", async () => {
    const some = await use("list_users", { search: "LOVE" }, { [route]: listed(ada) });
    expect(some.text).toMatch(/^users 1-1 of 1: /);
    const all = await use("list_users", { search: "LOVE" }, { [route]: listed(bob, ada, gone) });
    expect(all.text.split("\n")).toHaveLength(4);
    expect(all.text).toContain("\nThis platform does not filter that way: the newest 3 were looked through here.");
    const inactive = await use(
      "list_users",
      { user_type: "service_account", is_active: false },
      { [route]: listed(ada, gone) },
    );
    expect(inactive.text).toMatch(/^users 1-1 of 1: .*\nci /);
    expect((await use("list_users", { search: "x" }, { [route]: listed() })).text).toMatch(
      /^no users\. Try a shorter part/,
    );
  });
});

describe("get_user", () => {
  const roles = `GET /api/admin/users/${ada.id}/roles`;
  const held = `GET /api/admin/users/${ada.id}/permissions`;
  const source = { id: null, name: null, project_id: null, expires_at: null };
  const granted = [
    { permission: "deploy:read", sources: [{ ...source, kind: "role", name: "ops", id: idOf(30) }] },
    {
      permission: "project:read",
      sources: [
        { ...source, kind: "visibility", project_id: project },
        { ...source, kind: "delegation", name: "bob", id: idOf(40), expires_at: "2026-11-21T00:00:00Z" },
      ],
    },
  ];

  test("tells roles, and every permission with where it comes from", async () => {
    const { text, requests } = await use(
      "get_user",
      { user: "ada" },
      { [roles]: [assignmentOf(ops, null), assignmentOf(auditor, project)], [held]: { global: [], project: granted } },
    );
    expect(text).toMatchInlineSnapshot(`
      "name: ada
      id: 00000000-0000-4000-8000-000000000001
      display_name: "Ada Lovelace"
      email: ada@example.test
      type: human
      created_at: 2026-11-20T10:00:00Z
      roles 1-2: role project since
      ops all 2026-11-20T10:00:00Z
      auditor 6f1f64a4-5d0e-4f0b-9a3e-0d2c8c8a7b11 2026-11-20T10:00:00Z
      permissions 1-3: permission project from of until id
      deploy:read all role ops - -
      project:read 6f1f64a4-5d0e-4f0b-9a3e-0d2c8c8a7b11 visibility - - -
      project:read all delegation bob 2026-11-21T00:00:00Z 00000000-0000-4000-8000-000000000040"
    `);
    expect(requests.at(-1)).toBe(`${held}?project_id=${project}`);
  });

  test("about no project tells what is held everywhere", async () => {
    const routes = { [roles]: [], [held]: { global: granted.slice(0, 1), project: null } };
    const { text, requests } = await use("get_user", { user: ada.id, project_id: "all" }, routes);
    expect(text).toMatch(/no roles\. assign_role gives some\.\npermissions 1-1: /);
    expect(requests.at(-1)).toBe(held);
  });

  test("says what a platform does not tell", async () => {
    const { text } = await use("get_user", { user: "ada" }, { [roles]: sendJson(405, {}), [held]: sendPage });
    expect(text).toMatch(/^name: ada\n[\s\S]*\nThis platform does not tell the roles and permissions of a user\.$/);
  });

  test("finds by name, e-mail, id and me, and says where to look for others", async () => {
    const routes = { [roles]: [], [held]: { global: [], project: null } };
    for (const user of ["ada", "ada@example.test", ada.id]) {
      expect((await use("get_user", { user }, routes)).text).toMatch(/^name: ada\n/);
    }
    const { text, isError } = await use("get_user", { user: "a d" });
    expect(isError).toBe(true);
    expect(text).toBe('get_user was not called: nobody is called "a d"; list_users shows who there is.');
  });
});

describe("list_roles", () => {
  const permissions = [{ id: idOf(1), name: "deploy:read", resource: "deploy", action: "read", description: "See it" }];

  test("tells what each grants, and every permission there is", async () => {
    const { text } = await use("list_roles", {}, { "GET /api/admin/permissions": permissions });
    expect(text).toMatchInlineSnapshot(`
      "roles 1-2: name id comes_with_platform permissions description
      auditor 00000000-0000-4000-8000-000000000011 - project:read -
      ops 00000000-0000-4000-8000-000000000010 true deploy:read,deploy:promote "Runs what is deployed"
      permissions 1-1: permission allows
      deploy:read "See it""
    `);
  });

  test("asks for what each grants where the list does not say it", async () => {
    const { permissions: _, ...bare } = auditor;
    const { text } = await use(
      "list_roles",
      {},
      {
        "GET /api/admin/roles": [bare],
        [`GET /api/admin/roles/${auditor.id}/permissions`]: permissions,
        "GET /api/admin/permissions": sendPage,
      },
    );
    expect(text).toBe(`roles 1-1: name id permissions\nauditor ${auditor.id} deploy:read`);
  });
});

describe("list_delegations", () => {
  const route = "GET /api/admin/delegations";

  test("is about oneself, somebody, or everybody", async () => {
    const one = [delegationWith({ reason: "a visit" })];
    const { text, requests } = await use("list_delegations", { user: "me" }, { [route]: one });
    expect(text).toMatchInlineSnapshot(`
      "delegations 1-1: id permission from to project state reason
      00000000-0000-4000-8000-000000000040 deploy:read bob ada 6f1f64a4-5d0e-4f0b-9a3e-0d2c8c8a7b11 active "a visit""
    `);
    expect(requests).toEqual([`${route}?limit=31&offset=0&user_id=${bob.id}`]);
    const other = await use("list_delegations", { user: "ada", state: "active" }, { [route]: [] });
    expect(other.requests).toEqual([`${route}?limit=31&offset=0&user_id=${ada.id}&state=active`]);
    expect(other.text).toBe("no delegations. create_delegation makes one.");
    const all = await use("list_delegations", {}, { [route]: one });
    expect(all.requests).toEqual([`${route}?limit=31&offset=0&all=true`]);
    expect(all.text).toBe(text);
  });

  test("there may be more of them", async () => {
    const many = Array.from({ length: 3 }, (_, at) => delegationWith({ id: idOf(40 + at) }));
    const { text } = await use("list_delegations", { limit: 2 }, { [route]: many });
    expect(text).toMatch(/^delegations 1-2: /);
    expect(text).toContain("There are more: list_delegations with the same arguments and offset=2.");
  });

  test("a platform that knows neither states nor names is asked for all", async () => {
    const older = ({ state: _, delegator_name: __, delegate_name: ___, ...rest }: ReturnType<typeof delegationWith>) =>
      rest;
    const all = [
      older(delegationWith({ id: idOf(41) })),
      older(delegationWith({ id: idOf(42), revoked_at: "2026-11-20T11:00:00Z" })),
      older(delegationWith({ id: idOf(43), expires_at: "2026-11-20T11:00:00Z" })),
    ];
    const of = async (state: string) => (await use("list_delegations", { state }, { [route]: all })).text;
    expect(await of("expired")).toContain(
      `${idOf(43)} deploy:read ${bob.id} ${ada.id} ${project} 2026-11-20T11:00:00Z`,
    );
    expect(await of("revoked")).toMatch(new RegExp(`^delegations 1-1: .*\n${idOf(42)} .* revoked\n`));
    expect((await use("list_delegations", {}, { [route]: all })).text).toMatch(
      /\nThis platform lists those of one user at a time: these are the ones of this session's own\.$/,
    );
    expect(await of("active")).toContain("This platform does not filter that way: the newest 3 were looked through");
  });
});

describe("get_platform_config", () => {
  const setting = {
    key: "session_deadline_minutes",
    value: 60,
    default: 120,
    source: "set",
    type: "integer",
    description: "After which a session ends",
    minimum: 5,
    maximum: 1440,
    unit: "minutes",
    updated_at: null,
    updated_by: null,
  };

  test("tells each value, what it would be, and what it may be", async () => {
    const { text } = await use(
      "get_platform_config",
      {},
      {
        "GET /api/admin/config": [
          setting,
          {
            ...setting,
            key: "agent_image_prefixes",
            value: ["a/"],
            default: [],
            source: "default",
            minimum: null,
            maximum: null,
            unit: null,
            type: "string_list",
          },
        ],
      },
    );
    expect(text).toMatchInlineSnapshot(`
      "settings 1-2: key value default type range meaning
      session_deadline_minutes 60 120 integer "5..1440 minutes" "After which a session ends"
      agent_image_prefixes "[\\"a/\\"]" - string_list - "After which a session ends""
    `);
  });

  test("is not there on every platform", async () => {
    const { text, isError } = await use("get_platform_config", {}, { "GET /api/admin/config": sendPage });
    expect(isError).toBe(true);
    expect(text).toContain("This platform does not offer this operation. Retrying cannot help.");
  });
});

describe("search_audit_log", () => {
  const route = "GET /api/admin/audit-log";
  const entry = {
    id: "1",
    recorded_at: "2026-11-20T10:00:00.5Z",
    actor_id: idOf(9),
    actor_name: "agent-1234abcd",
    actor_type: "agent",
    on_behalf_of: ada.id,
    on_behalf_of_name: "ada",
    token_id: null,
    action: "DELETE /api/users/{user_id}",
    resource: "user",
    resource_id: bob.id,
    project_id: null,
    before: { is_active: true },
    after: { is_active: false },
    ip: null,
    outcome: "done",
    request_id: null,
  };

  test("tells who did what for whom, and what changed", async () => {
    const answer = { items: [entry, { ...entry, outcome: "refused", before: null, after: null }], total: 2 };
    const { text, requests } = await use(
      "search_audit_log",
      { user: "bob", action: "DELETE", from: "2026-11-20T00:00:00Z", project_id: "all" },
      { [route]: answer },
    );
    expect(text).toMatchInlineSnapshot(`
      "entries 1-2 of 2: at by for action outcome resource id change
      2026-11-20T10:00:00Z agent-1234abcd ada "DELETE /api/users/{user_id}" - user 00000000-0000-4000-8000-000000000002 "is_active: true -> false"
      2026-11-20T10:00:00Z agent-1234abcd ada "DELETE /api/users/{user_id}" refused user 00000000-0000-4000-8000-000000000002 -"
    `);
    expect(requests).toEqual([
      `${route}?limit=30&offset=0&user_id=${bob.id}&action=DELETE&from=2026-11-20T00%3A00%3A00Z`,
    ]);
  });

  test("is about the project, which it says, unless it is asked about all", async () => {
    const { text, requests } = await use("search_audit_log", {}, { [route]: listed() });
    expect(text).toMatch(/^no entries\. .*\nOf this project alone: /);
    expect(requests).toEqual([`${route}?limit=30&offset=0&project_id=${project}`]);
  });

  test("says that it was not counted to the end", async () => {
    const answer = { items: [entry], total: 10_000, total_is_minimum: true };
    const { text } = await use("search_audit_log", { limit: 1 }, { [route]: answer });
    expect(text).toMatch(/^entries 1-1 of at least 10000: /);
    expect(text).toContain("search_audit_log with the same arguments and offset=1");
  });
});
