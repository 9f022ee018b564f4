import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestPlatform, type TestPlatform } from "../../testing/test-platform.ts";

let platform: TestPlatform;
let admin: string;
let project: string;
/** Whoever holds these on the project, and nothing anywhere else. */
const tokens = { ops: "", reader: "", stranger: "" };
beforeAll(async () => {
  platform = await startTestPlatform();
  admin = await platform.token({ user: "admin" });
  project = await platform.addProject("admin", "shop");
  await platform.addRole("reader", ["observe:read"]);
  await platform.addUser("opal", [{ role: "ops", project }]);
  await platform.addUser("rita", [{ role: "reader", project }]);
  await platform.addUser("sten");
  Object.assign(tokens, {
    ops: await platform.token({ user: "opal" }),
    reader: await platform.token({ user: "rita" }),
    stranger: await platform.token({ user: "sten" }),
  });
});
afterAll(() => platform?.close());

const slow = { name: "slow", query: "metric:http.duration agg:p95", condition: "gt", threshold: 500 } as const;

async function make(body: object = {}, token = tokens.ops) {
  const wanted = { ...slow, project_id: project, ...body };
  const answer = await platform.send("POST", "/api/observe/alerts", token, wanted);
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body;
}

const rule = (id: string, token = tokens.ops) => platform.send("GET", `/api/observe/alerts/${id}`, token);
const change = (id: string, body: object, token = tokens.ops) =>
  platform.send("PATCH", `/api/observe/alerts/${id}`, token, body);

describe("a rule", () => {
  test("has its defaults, and is shown as it was made", async () => {
    const made = await make();
    expect(made).toMatchObject({
      ...{ ...slow, project_id: project, description: null, for_seconds: 60, severity: "warning" },
      ...{ notify_channels: ["webhook"], enabled: true, state: "ok", last_value: null, error: null },
    });
    expect(Object.keys(made)).not.toContain("evaluate_at");
    expect((await rule(made.id)).body).toMatchObject({ id: made.id, query: slow.query });
  });

  test("is changed in part: what is left out stays, null clears", async () => {
    const { id } = await make({ description: "why" });
    // What is switched off is not evaluated meanwhile, which would change it too.
    const wanted = { description: null, severity: "critical", notify_channels: [], enabled: false };
    const { body } = await change(id, wanted);
    expect(body).toMatchObject({ ...slow, ...wanted });
    expect((await change(id, {})).body).toEqual(body);
    const entries = platform.db.selectFrom("audit_log").where("resource_id", "=", id).orderBy("id");
    expect(await entries.select(["action", "project_id", "before", "after"]).execute()).toMatchObject([
      { action: "POST /api/observe/alerts", project_id: project, after: { description: "why", severity: "warning" } },
      {
        ...{ action: "PATCH /api/observe/alerts/{alert_id}", project_id: project },
        before: { description: "why", severity: "warning", notify_channels: ["webhook"] },
        after: { description: null, severity: "critical", notify_channels: [] },
      },
      { before: {}, after: {} },
    ]);
  });

  test.each([
    [{ query: "metric:http.duration agg:median" }, "query", /^agg must be one of avg, sum, /],
    [{ query: "http.duration" }, "query", /^"http.duration" is not understood/],
    [{ threshold: undefined }, "threshold", /^is needed to judge whether a value is above it/],
    [{ threshold: null, condition: "eq" }, "threshold", /^is needed to judge whether a value is equal to it/],
    [{ for_seconds: 9 }, "for_seconds", />=10/],
    [{ notify_channels: ["email"] }, "notify_channels.0", /"webhook"/],
    [{ condition: "ge" }, "condition", /gt/],
  ])("that cannot be evaluated is refused: %j", async (body, path, message) => {
    const wanted = { ...slow, project_id: project, ...body };
    const made = await platform.send("POST", "/api/observe/alerts", tokens.ops, wanted);
    expect(made).toMatchObject({ status: 400, body: { fields: [{ path, message: expect.stringMatching(message) }] } });
  });

  test("cannot be changed into one that cannot be evaluated", async () => {
    const { id } = await make({ condition: "absent", threshold: null });
    expect(await change(id, { condition: "lt" })).toMatchObject({
      status: 400,
      body: { fields: [{ path: "threshold" }] },
    });
    expect(await change(id, { query: "metric:a metric:b" })).toMatchObject({ status: 400 });
    expect((await rule(id)).body).toMatchObject({ condition: "absent", threshold: null, query: slow.query });
    expect((await change(id, { condition: "lt", threshold: 0 })).body).toMatchObject({ condition: "lt", threshold: 0 });
  });

  test("is deleted with its events, and with its project", async () => {
    const { id } = await make();
    await platform.db.insertInto("alert_events").values({ rule_id: id, status: "firing" }).execute();
    expect(await platform.send("DELETE", `/api/observe/alerts/${id}`, tokens.ops)).toMatchObject({
      body: { ok: true },
    });
    expect((await rule(id)).body).toMatchObject({ error: "alert rule" });

    const doomed = await platform.addProject("admin", "doomed");
    const { id: left } = await make({ project_id: doomed }, admin);
    expect(await platform.send("DELETE", `/api/projects/${doomed}`, admin)).toMatchObject({ status: 200 });
    expect(await rule(left, admin)).toMatchObject({ status: 404, body: { error: "alert rule" } });
    const rows = platform.db.selectFrom("alert_rules").where("project_id", "=", doomed);
    expect(await rows.select("id").execute()).toEqual([]);
  });

  test("is one of at most 100 of its project", async () => {
    const full = await platform.addProject("admin", "full");
    const row = { ...slow, project_id: full, for_seconds: 60, severity: "info" as const, notify_channels: [] };
    await platform.db
      .insertInto("alert_rules")
      .values(Array.from({ length: 99 }, () => row))
      .execute();
    const wanted = { ...slow, project_id: full };
    const both = await Promise.all([1, 2].map(() => platform.send("POST", "/api/observe/alerts", admin, wanted)));
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
  });
});

describe("who may what", () => {
  test("rules of a project are read by who reads its telemetry, and changed by who manages alerts, too", async () => {
    const { id } = await make();
    expect((await rule(id, tokens.reader)).status).toBe(200);
    expect(await change(id, { name: "n" }, tokens.reader)).toMatchObject({
      status: 403,
      body: { permission: "alert:manage" },
    });
    for (const method of ["GET", "PATCH", "DELETE"]) {
      const body = method === "PATCH" ? { name: "n" } : undefined;
      const answer = await platform.send(method, `/api/observe/alerts/${id}`, tokens.stranger, body);
      expect(answer).toMatchObject({ status: 404, body: { error: "alert rule" } });
    }
    expect((await platform.send("GET", `/api/observe/alerts/${id}/events`, tokens.stranger)).status).toBe(404);
  });

  test("to manage alerts is not enough where telemetry may not be read: a rule tells of it", async () => {
    const { id } = await make();
    const blind = await platform.token({ user: "opal", scopes: ["alert:manage"] });
    const wanted = { ...slow, project_id: project };
    expect(await platform.send("POST", "/api/observe/alerts", blind, wanted)).toMatchObject({
      status: 403,
      body: { permission: "observe:read" },
    });
    expect(await change(id, { name: "n" }, blind)).toMatchObject({ status: 403, body: { permission: "observe:read" } });
  });

  test("the platform's own rules are read and managed by who may so everywhere", async () => {
    const { id, project_id } = await make({ project_id: null }, admin);
    expect(project_id).toBeNull();
    expect((await rule(id, tokens.ops)).status).toBe(404);
    const body = { ...slow };
    expect(await platform.send("POST", "/api/observe/alerts", tokens.ops, body)).toMatchObject({ status: 403 });
    expect((await change(id, { name: "n" }, admin)).status).toBe(200);
  });

  test("a list shows one project's rules, or with the permission everywhere all of them", async () => {
    const other = await platform.addProject("admin", "other");
    const { id } = await make({ project_id: other }, admin);
    const list = async (query: string, token: string) => {
      const { status, body } = await platform.send("GET", `/api/observe/alerts?limit=100&${query}`, token);
      return status === 200 ? body.items.map((item: { id: string }) => item.id) : status;
    };
    expect(await list(`project_id=${other}`, admin)).toEqual([id]);
    expect(await list(`project_id=${project}`, tokens.ops)).not.toContain(id);
    expect(await list("", admin)).toContain(id);
    expect(await list("", tokens.ops)).toBe(403);
    expect(await list(`project_id=${other}`, tokens.ops)).toBe(404);
  });
});

describe("a list of rules", () => {
  test("has those that fire first, counts all, and is narrowed by state", async () => {
    const watched = await platform.addProject("admin", "watched");
    const row = { ...slow, project_id: watched, for_seconds: 60, notify_channels: [] };
    await platform.db
      .insertInto("alert_rules")
      .values([
        { ...row, name: "off", severity: "critical", enabled: false },
        { ...row, name: "fine", severity: "info" },
        { ...row, name: "blind", severity: "info", state: "no_data" },
        { ...row, name: "soon", severity: "info", state: "pending" },
        { ...row, name: "bad", severity: "info", state: "firing" },
        { ...row, name: "worse", severity: "critical", state: "firing" },
      ])
      .execute();
    const list = async (query = "") => {
      const path = `/api/observe/alerts?project_id=${watched}${query}`;
      const { body } = await platform.send("GET", path, admin);
      return { total: body.total, names: body.items.map((item: { name: string }) => item.name) };
    };
    const names = ["worse", "bad", "soon", "blind", "fine", "off"];
    expect(await list()).toEqual({ total: 6, names });
    expect(await list("&limit=2&offset=1")).toEqual({ total: 6, names: names.slice(1, 3) });
    expect(await list("&status=firing")).toEqual({ total: 2, names: ["worse", "bad"] });
    expect(await list("&enabled=false")).toEqual({ total: 1, names: ["off"] });
    expect((await platform.send("GET", "/api/observe/alerts?status=resolved", admin)).status).toBe(400);
  });
});

describe("the events of a rule", () => {
  test("are listed newest first, in pages, and are its own alone", async () => {
    const [{ id }, { id: other }] = [await make(), await make()];
    const at = (minute: number) => `2026-11-23T10:0${minute}:00Z`;
    const over = { status: "resolved", value: 9, message: "m" } as const;
    await platform.db
      .insertInto("alert_events")
      .values([
        { ...over, rule_id: id, created_at: at(1), resolved_at: at(2) },
        { ...over, rule_id: id, created_at: at(3), resolved_at: at(4) },
        { ...over, rule_id: id, created_at: at(5), resolved_at: null, status: "firing" },
        { ...over, rule_id: other, created_at: at(6), resolved_at: at(7) },
      ])
      .execute();
    const path = `/api/observe/alerts/${id}/events`;
    const { body } = await platform.send("GET", path, tokens.reader);
    expect(body.total).toBe(3);
    expect(body.items.map((event: { created_at: string }) => event.created_at)).toEqual([at(5), at(3), at(1)]);
    expect(body.items[0]).toMatchObject({ rule_id: id, status: "firing", value: 9, message: "m", resolved_at: null });
    const second = await platform.send("GET", `${path}?limit=1&offset=1`, tokens.reader);
    expect(second.body).toMatchObject({ total: 3, items: [{ created_at: at(3), resolved_at: at(4) }] });
  });
});
