import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";

let platform: TestPlatform;
let admin: string;
beforeAll(async () => {
  platform = await startTestPlatform();
  admin = await platform.token({ user: "admin" });
});
afterAll(() => platform.close());

type Entry = { id: string; action: string; actor_name: string; resource_id: string; on_behalf_of_name: string | null };

async function search(query: Readonly<Record<string, string>>, token = admin) {
  const { status, body } = await platform.send("GET", `/api/admin/audit-log?${new URLSearchParams(query)}`, token);
  return { status, body, items: (body.items ?? []) as Entry[] };
}

/** Entries of their own resource, so that tests are not in each other's way; the first is the oldest. */
async function addEntries(resource: string, count: number, more: Readonly<Record<string, unknown>> = {}) {
  const row = { resource, actor_type: "human", action: "POST /api/things", outcome: "done", ...more } as const;
  const rows = Array.from({ length: count }, (_, index) => ({ ...row, resource_id: String(index) }));
  await sql`
    insert into audit_log (resource, resource_id, actor_type, action, outcome, actor_id, on_behalf_of, project_id)
    select resource, resource_id, actor_type, action, outcome, actor_id, on_behalf_of, project_id
    from jsonb_to_recordset(${JSON.stringify(rows)}) as given (
      resource text, resource_id text, actor_type text, action text, outcome text,
      actor_id uuid, on_behalf_of uuid, project_id uuid
    )
  `.execute(platform.db);
}

describe("the audit log", () => {
  test("shows what was changed, newest first, with who did it and what it was", async () => {
    const { body: project } = await platform.send("POST", "/api/projects", admin, { name: "seen" });
    await platform.send("PATCH", `/api/projects/${project.id}`, admin, { description: "new" });
    const { body } = await search({ project_id: project.id });
    expect(body).toMatchObject({ total: 2, total_is_minimum: false, next: null });
    expect(body.items).toEqual([
      {
        id: expect.stringMatching(/^\d+$/),
        recorded_at: expect.any(String),
        actor_id: await platform.idOf("users", "admin"),
        actor_name: "admin",
        actor_type: "human",
        on_behalf_of: null,
        on_behalf_of_name: null,
        token_id: expect.any(String),
        action: "PATCH /api/projects/{project_id}",
        resource: "project",
        resource_id: project.id,
        project_id: project.id,
        before: { description: null },
        after: { description: "new" },
        ip: "127.0.0.1",
        outcome: "done",
        request_id: expect.any(String),
      },
      expect.objectContaining({ action: "POST /api/projects" }),
    ]);
  });

  test("is searched by who did it or for whom, by what was done, to what, and how it ended", async () => {
    const asker = await platform.addUser("asker");
    const helper = await platform.addUser("helper", [], "agent");
    const project_id = await platform.addProject("asker", "searched");
    await addEntries("lamp", 1, { actor_id: asker, project_id });
    await addEntries("lamp", 2, { actor_id: helper, actor_type: "agent", on_behalf_of: asker, action: "DELETE /a%b" });
    await addEntries("lamp", 3, { outcome: "refused" });
    const count = async (query: Readonly<Record<string, string>>) =>
      (await search({ resource: "lamp", ...query })).body.total;
    expect(await count({})).toBe(6);
    expect([await count({ user_id: asker }), await count({ user_id: helper })]).toEqual([3, 2]);
    expect([
      await count({ action: "delete" }),
      await count({ action: "a%b" }),
      await count({ action: "a%%b" }),
    ]).toEqual([2, 2, 0]);
    expect(await count({ outcome: "refused" })).toBe(3);
    expect(await count({ project_id })).toBe(1);
    expect(await count({ resource_id: "2" })).toBe(1);
    const { items } = await search({ resource: "lamp", user_id: helper });
    expect(items.map(({ on_behalf_of_name }) => on_behalf_of_name)).toEqual(["asker", "asker"]);
  });

  test("is searched in a time, both ends included", async () => {
    await addEntries("clock", 3);
    const all = (await search({ resource: "clock" })).body.items;
    const at = all[1].recorded_at;
    const ids = async (query: Readonly<Record<string, string>>) =>
      (await search({ resource: "clock", ...query })).items.map(({ resource_id }) => resource_id);
    expect(await ids({ from: at, to: at })).toEqual(["1"]);
    expect([await ids({ from: at }), await ids({ to: at })]).toEqual([
      ["2", "1"],
      ["1", "0"],
    ]);
    const { status, body } = await search({ from: all[0].recorded_at, to: all[2].recorded_at });
    expect([status, body.fields[0].path]).toEqual([400, "from"]);
  });
});

describe("pages of the audit log", () => {
  test("follow one another by `before`: each entry once, whatever comes meanwhile", async () => {
    await addEntries("page", 7);
    const seen: string[] = [];
    let next: string | null = null;
    do {
      const { body, items } = await search({ resource: "page", limit: "3", ...(next !== null && { before: next }) });
      expect(body.total).toBe(7);
      seen.push(...items.map(({ resource_id }) => resource_id));
      next = body.next;
      await addEntries("page", 1);
    } while (next !== null);
    expect(seen).toEqual(["6", "5", "4", "3", "2", "1", "0"]);
  });

  test("are found by `offset` too, as far as that is cheap", async () => {
    await addEntries("offset", 4);
    const { items } = await search({ resource: "offset", limit: "2", offset: "1" });
    expect(items.map(({ resource_id }) => resource_id)).toEqual(["2", "1"]);
    const { status, body } = await search({ offset: "10001" });
    expect([status, body.fields[0].path]).toEqual([400, "offset"]);
  });

  test("count as far as anybody reads", async () => {
    await addEntries("many", 10_002);
    const { body } = await search({ resource: "many", limit: "0" });
    expect(body).toMatchObject({ items: [], total: 10_000, total_is_minimum: true });
  });

  test("are refused for what no page has answered as next", async () => {
    for (const before of ["x", "1.1.1.1.e.abc", "0", "../..", "1.1.1.1.m.99999999999999999999"]) {
      const { status, body } = await search({ before });
      expect([before, status, body.fields?.[0].path]).toEqual([before, 400, "before"]);
    }
  });
});

describe("the audit log is hidden", () => {
  test("from who may not manage users, and from every token that is bound to a project", async () => {
    await platform.addUser("owner");
    const project = await platform.addProject("owner", "own");
    const owner = await platform.token({ user: "owner" });
    const bound = await platform.token({ user: "admin", project });
    const narrow = await platform.token({ user: "admin", scopes: ["admin:roles", "admin:config", "observe:read"] });
    for (const token of [owner, bound, narrow]) {
      for (const query of [{}, { project_id: project }]) {
        const { status, body } = await search(query, token);
        expect([status, body.permission]).toEqual([403, "admin:users"]);
      }
    }
  });
});
