import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";
import { endSession } from "./end-session.ts";
import { SessionProject } from "./testing/session-project.ts";

let platform: TestPlatform;
let project: SessionProject;
let admin: string;
/** Writes to the project and runs agents there. */
let developer: string;
let viewer: string;
beforeAll(async () => {
  platform = await startTestPlatform({ PLATFORM_AGENT_IMAGE: "the-default:1" });
  await platform.addUser("developer", [{ role: "developer" }]);
  await platform.addUser("viewer", [{ role: "viewer" }]);
  project = await SessionProject.create(platform, "admin", "the-project");
  admin = await platform.token({ user: "admin" });
  // Its end is no limit to a session.
  developer = await platform.token({ user: "developer", expiresInDays: 30 });
  viewer = await platform.token({ user: "viewer" });
});
afterAll(() => platform.close());

async function setProject(changes: Readonly<Record<string, unknown>>): Promise<void> {
  const { status } = await platform.send("PATCH", `/api/projects/${project.id}`, admin, changes);
  expect(status).toBe(200);
}

async function fail(id: string): Promise<void> {
  const outcome = { status: "failed", reason: "exit", message: "It broke.", exitCode: 1 } as const;
  await platform.db.transaction().execute((db) => endSession(db, id, outcome));
}

async function rowOf(id: string) {
  return await platform.db.selectFrom("agent_sessions").where("id", "=", id).selectAll().executeTakeFirstOrThrow();
}

async function saidIn(id: string) {
  const { body } = await project.send("GET", `/${id}`, viewer);
  return body.messages.map(({ role, content }: { role: string; content: string }) => `${role}: ${content}`);
}

describe("a new session", () => {
  test("waits, with what was not said filled in, and its prompt as its first message", async () => {
    const prompt = "--help\n$(touch /tmp/x) '\"`; rm -rf / 𝄞";
    const { id, ...created } = await project.start(developer, { prompt });
    expect(created).toMatchObject({
      ...{ project_id: project.id, user_name: "developer", prompt, status: "pending", provider: "claude-code" },
      ...{ branch: `agent/${id.slice(0, 8)}`, role: "dev", image: "the-default:1", pod_name: null },
      ...{ finished_at: null, started_at: null, reason: null, message: null, skipped_permissions: [] },
    });
    expect(await saidIn(id)).toEqual([`user: ${prompt}`]);
    expect(await rowOf(id)).toMatchObject({ deadline_minutes: 120, delegate_deploy: false, config: {} });
  });

  test("runs in the image of its request, else in its project's, else in the platform's", async () => {
    const imageOf = async (config = {}) => (await project.start(developer, { config })).image;
    await setProject({ agent_image: "the-projects:1" });
    expect([await imageOf({ image: "its-own:1" }), await imageOf({ image: null })]).toEqual([
      "its-own:1",
      "the-projects:1",
    ]);
    await setProject({ agent_image: null });
    expect(await imageOf()).toBe("the-default:1");
  });

  test("is there once however often it is asked for with one key", async () => {
    const ask = async () => {
      const headers = { "idempotency-key": "once-and-for-all", "content-type": "application/json" };
      const init = { method: "POST", headers, body: JSON.stringify({ prompt: "once" }) };
      const response = await platform.request(`/api/projects/${project.id}/sessions`, developer, init);
      return { replayed: response.headers.get("idempotency-replayed"), body: await response.text() };
    };
    const first = await ask();
    expect(await ask()).toEqual({ ...first, replayed: "true" });
    const asked = platform.db.selectFrom("agent_sessions").where("prompt", "=", "once");
    expect(await asked.select("id").execute()).toEqual([{ id: JSON.parse(first.body).id }]);
  });

  test("leaves nothing behind when it is refused", async () => {
    const count = async () => {
      const { total } = await platform.db
        .selectFrom("users")
        .select((eb) => eb.fn.countAll<number>().as("total"))
        .executeTakeFirstOrThrow();
      return total;
    };
    const before = await count();
    expect((await project.send("POST", "", developer, { prompt: "x", branch: "main" })).status).toBe(400);
    expect(await count()).toBe(before);
  });

  test("is in the audit log with its agent, what that was lent, and no more of its prompt than that it has one", async () => {
    const { id, agent_user_id } = await project.start(developer, { prompt: "a prompt like no other" });
    const log = await platform.db
      .selectFrom("audit_log")
      .where("action", "=", "POST /api/projects/{project_id}/sessions")
      .orderBy("id", "desc")
      .limit(4)
      .selectAll()
      .execute();
    expect(log.map(({ resource }) => resource)).toEqual(["delegation", "delegation", "user", "session"]);
    expect(log.at(-1)).toMatchObject({
      resource_id: id,
      actor_name: "developer",
      after: { role: "dev", agent_user_id },
    });
    expect(JSON.stringify(log)).not.toContain("like no other");
  });
});

describe("a list", () => {
  test("has the newest first, prompts cut to 200 whole characters, and takes a status", async () => {
    const another = await SessionProject.create(platform, "admin", "listed");
    const prompt = "𝄞é".repeat(150);
    const first = await another.start(admin, { prompt });
    const second = await another.start(admin, { prompt: "short" });
    await fail(second.id);
    const list = async (query: string) => (await another.send("GET", query, viewer)).body;
    const { items, total } = await list("");
    expect([total, items.map(({ id }: { id: string }) => id)]).toEqual([2, [second.id, first.id]]);
    expect(items[1].prompt).toBe("𝄞é".repeat(100));
    expect(items[0]).toMatchObject({ prompt: "short", status: "failed", reason: "exit", user_name: "admin" });
    expect(await list("?status=failed&limit=1")).toMatchObject({ total: 1, items: [{ id: second.id }] });
    expect(await list("?offset=1")).toMatchObject({ total: 2, items: [{ id: first.id }] });
    expect((await another.send("GET", "?status=none", viewer)).status).toBe(400);
    expect((await another.send("GET", `/${first.id}`, viewer)).body.prompt).toBe(prompt);
    expect((await project.send("GET", `/${first.id}`, admin)).status).toBe(404);
  });
});

describe("a message", () => {
  test("reaches a session that waits or runs, from who asked for it and who writes to the project", async () => {
    const session = await project.start(developer);
    expect((await project.send("POST", `/${session.id}/message`, developer, { content: "first" })).status).toBe(200);
    await project.launch(session);
    expect((await project.send("POST", `/${session.id}/message`, admin, { content: "second" })).status).toBe(200);
    expect(await saidIn(session.id)).toEqual(["user: Mend it", "user: first", "user: second"]);
    const refused = await project.send("POST", `/${session.id}/message`, viewer, { content: "third" });
    expect([refused.status, refused.body.permission]).toEqual([403, "project:write"]);
    const readOnly = await platform.token({ user: "developer", scopes: ["project:read"] });
    expect((await project.send("POST", `/${session.id}/message`, readOnly, { content: "third" })).status).toBe(403);
  });

  test("comes too late for one that has ended or is being stopped", async () => {
    const [ended, stopping] = [await project.start(developer), await project.start(developer)];
    await fail(ended.id);
    await project.launch(stopping);
    await project.send("POST", `/${stopping.id}/stop`, developer);
    for (const { id } of [ended, stopping]) {
      for (const [verb, body] of [
        ["message", { content: "x" }],
        ["extend", { minutes: 1 }],
      ] as const) {
        const answer = await project.send("POST", `/${id}/${verb}`, developer, body);
        expect([verb, answer.status, answer.body.error]).toEqual([verb, 400, "session not running"]);
      }
    }
  });
});

describe("stop", () => {
  test("ends a session that nobody has begun with at once", async () => {
    const { id } = await project.start(developer);
    expect(await project.send("POST", `/${id}/stop`, developer)).toEqual({ status: 200, body: { ok: true } });
    const { body } = await project.send("GET", `/${id}`, viewer);
    expect(body).toMatchObject({ status: "stopped", reason: "stopped", finished_at: expect.any(String) });
  });

  test("asks whoever runs it to end it, once", async () => {
    const session = await project.start(developer);
    await project.launch(session);
    for (const token of [developer, admin]) await project.send("POST", `/${session.id}/stop`, token);
    expect(await rowOf(session.id)).toMatchObject({ status: "running", stop_requested_at: expect.any(String) });
    expect(await saidIn(session.id)).toEqual(["user: Mend it", "system: Stop requested"]);
  });

  test("leaves one that has ended as it is", async () => {
    const { id } = await project.start(developer);
    await fail(id);
    // That an end became a span is noted at any moment.
    const { traced_at: _, ...before } = await rowOf(id);
    expect((await project.send("POST", `/${id}/stop`, developer)).status).toBe(200);
    expect(await rowOf(id)).toMatchObject(before);
  });

  test("is for who asked for it and who writes to the project", async () => {
    const { id } = await project.start(developer);
    const { status, body } = await project.send("POST", `/${id}/stop`, viewer);
    expect([status, body.permission]).toEqual([403, "project:write"]);
  });
});

describe("more time", () => {
  test("is given from now on, never less than there was, and for 24 hours in all", async () => {
    const session = await project.start(developer, { deadline_minutes: 60 });
    await project.launch(session);
    const before = (await rowOf(session.id)).expires_at;
    expect((await project.send("POST", `/${session.id}/extend`, developer, { minutes: 5 })).body.expires_at).toBe(
      before,
    );
    const most = await project.send("POST", `/${session.id}/extend`, developer, { minutes: 1440 });
    expect([most.status, most.body.fields]).toEqual([
      400,
      [{ path: "minutes", message: "must not be more than 1439: a session ends within 24 hours" }],
    ]);
    expect((await project.send("POST", `/${session.id}/extend`, developer, { minutes: 1439 })).status).toBe(200);
    for (const minutes of [0, 1441, 1.5, "60", null]) {
      expect((await project.send("POST", `/${session.id}/extend`, developer, { minutes })).status).toBe(400);
    }
  });

  test("counts from the start of a session that still waits", async () => {
    const { id } = await project.start(developer, { deadline_minutes: 60 });
    expect((await project.send("POST", `/${id}/extend`, developer, { minutes: 90 })).body.expires_at).toBeNull();
    expect((await project.send("POST", `/${id}/extend`, developer, { minutes: 30 })).status).toBe(200);
    expect(await rowOf(id)).toMatchObject({ deadline_minutes: 90 });
  });

  test("is not given to a session whose time is over, which is being ended for that", async () => {
    const { id } = await project.start(developer);
    await project.launch({ id });
    const expires_at = sql<string>`now() - interval '1 second'`;
    await platform.db.updateTable("agent_sessions").set({ expires_at }).where("id", "=", id).execute();
    const { status, body } = await project.send("POST", `/${id}/extend`, developer, { minutes: 60 });
    expect([status, body.error]).toEqual([400, "session not running"]);
  });
});

test("deleting a project stops its sessions", async () => {
  const doomed = await SessionProject.create(platform, "admin", "doomed");
  const [running, waiting] = [await doomed.start(developer), await doomed.start(developer)];
  const agent = await doomed.launch(running);
  expect((await platform.send("DELETE", `/api/projects/${doomed.id}`, admin)).status).toBe(200);
  expect(await rowOf(waiting.id)).toMatchObject({ status: "stopped", message: "The project was deleted" });
  expect(await rowOf(running.id)).toMatchObject({ status: "running", stop_requested_at: expect.any(String) });
  expect((await platform.send("GET", `/api/projects/${doomed.id}`, agent)).status).toBe(404);
});

test("asking for sessions is limited apart from other writes", async () => {
  await using limited = await startTestPlatform({ PLATFORM_RATE_LIMITS: "expensive=1" });
  const there = await SessionProject.create(limited, "admin", "limited");
  const token = await limited.token({ user: "admin" });
  await there.start(token);
  expect((await there.send("POST", "", token, { prompt: "another" })).status).toBe(429);
  expect((await there.send("GET", "", token)).status).toBe(200);
});
