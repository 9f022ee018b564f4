import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";

let platform: TestPlatform;
/** May write to every project. */
let ada: string;
let adaId: string;
/** May read internal projects, for being somebody. */
let reader: string;
let serial = 0;

beforeAll(async () => {
  platform = await startTestPlatform();
  adaId = await platform.addUser("ada", [{ role: "developer" }]);
  await platform.addUser("reader");
  ada = await platform.token({ user: "ada" });
  reader = await platform.token({ user: "reader" });
});
afterAll(() => platform.close());

async function newProject(visibility: "private" | "internal" = "internal") {
  return await platform.addProject("admin", `project-${++serial}`, visibility);
}

async function open(project: string, body: object = {}, token = ada) {
  const answer = await platform.send("POST", `/api/projects/${project}/issues`, token, { title: "It fails", ...body });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body;
}

async function patch(project: string, number: number, body: object, token = ada) {
  return await platform.send("PATCH", `/api/projects/${project}/issues/${number}`, token, body);
}

async function list(project: string, query: Record<string, string> = {}) {
  const { status, body } = await platform.send(
    "GET",
    `/api/projects/${project}/issues?${new URLSearchParams(query)}`,
    ada,
  );
  expect(status, JSON.stringify(body)).toBe(200);
  return { total: body.total, numbers: body.items.map(({ number }: { number: number }) => number) };
}

async function entries(id: string) {
  return await platform.db.selectFrom("audit_log").selectAll().where("resource_id", "=", id).orderBy("id").execute();
}

describe("numbers", () => {
  test("of each project count from 1, without gaps or duplicates however many open issues at once", async () => {
    const project = await newProject();
    const others = await newProject();
    const [issues] = await Promise.all([
      Promise.all(Array.from({ length: 25 }, () => open(project))),
      Promise.all(Array.from({ length: 5 }, () => open(others))),
    ]);
    const numbers = issues.map(({ number }) => number).sort((a, b) => a - b);
    expect(numbers).toEqual(Array.from({ length: 25 }, (_, at) => at + 1));
    expect((await open(others)).number).toBe(6);
  });

  test("are not used up by issues that were refused, and do not make the project look changed", async () => {
    const project = await newProject();
    const seen = async () => (await platform.send("GET", `/api/projects/${project}`, ada)).body.updated_at;
    const before = await seen();
    await open(project);
    const wrong = { title: "x", assignee: "nobody-there" };
    expect((await platform.send("POST", `/api/projects/${project}/issues`, ada, wrong)).status).toBe(400);
    expect((await open(project)).number).toBe(2);
    expect(await seen()).toBe(before);
  });
});

describe("an issue", () => {
  test("is answered whole, with names, and is in the audit log", async () => {
    const project = await newProject();
    const issue = await open(project, { body: "Since today", labels: [" bug ", "bug", "ui"], assignee: "ada" });
    expect(issue).toMatchObject({
      project_id: project,
      number: 1,
      author_id: adaId,
      author_name: "ada",
      title: "It fails",
      body: "Since today",
      status: "open",
      labels: ["bug", "ui"],
      assignee_id: adaId,
      assignee_name: "ada",
      closed_at: null,
      comment_count: 0,
    });
    expect((await platform.send("GET", `/api/projects/${project}/issues/1`, reader)).body).toEqual(issue);
    const [entry] = await entries(issue.id);
    expect(entry).toMatchObject({ actor_name: "ada", resource: "issue", project_id: project, before: null });
    expect(entry?.after).toMatchObject({ title: "It fails", labels: ["bug", "ui"] });
  });

  test.each([
    [{ title: "" }, "title"],
    [{ title: "x".repeat(501) }, "title"],
    [{ title: "x", body: "x".repeat(100_001) }, "body"],
    [{ title: "x", labels: ["ok", " "] }, "labels.1"],
    [{ title: "x", labels: ["x".repeat(101)] }, "labels.0"],
    [{ title: "x", labels: Array.from({ length: 51 }, (_, at) => `l${at}`) }, "labels"],
    [{ title: "x", assignee: "nobody-there" }, "assignee"],
    [{ title: "x", assignee_id: "00000000-0000-4000-8000-000000000000" }, "assignee_id"],
    [{ title: "x", assignee_id: "ada" }, "assignee_id"],
    [{ title: "x", assignee: "ada", assignee_id: "00000000-0000-4000-8000-000000000000" }, "assignee"],
  ])("is refused with the field that is wrong: %#", async (body, field) => {
    const { status, body: answer } = await platform.send(
      "POST",
      `/api/projects/${await newProject()}/issues`,
      ada,
      body,
    );
    expect([status, answer.fields?.[0].path]).toEqual([400, field]);
  });

  test("is not assigned to who is gone, or may not read the project", async () => {
    const project = await newProject("private");
    await platform.addUser("gone");
    await platform.db.updateTable("users").set({ is_active: false }).where("name", "=", "gone").execute();
    await open(project);
    for (const assignee of ["gone", "reader"]) {
      const { status, body } = await patch(project, 1, { assignee });
      expect([status, body.fields?.[0].path]).toEqual([400, "assignee"]);
    }
    await platform.addUser("invited", [{ role: "viewer", project }]);
    expect((await patch(project, 1, { assignee: "invited" })).body.assignee_name).toBe("invited");
  });

  test("is not there where there is none", async () => {
    const project = await newProject();
    for (const [method, path] of [
      ["GET", ""],
      ["PATCH", ""],
      ["GET", "/comments"],
      ["POST", "/comments"],
    ] as const) {
      const body = method === "GET" ? undefined : method === "PATCH" ? { title: "x" } : { body: "x" };
      const answer = await platform.send(method, `/api/projects/${project}/issues/1${path}`, ada, body);
      expect([answer.status, answer.body.error]).toEqual([404, "issue"]);
    }
  });
});

describe("a change", () => {
  test("leaves what it does not name, clears by null, and records what differs", async () => {
    const project = await newProject();
    const issue = await open(project, { body: "text", labels: ["a"], assignee: "ada" });
    expect((await patch(project, 1, { title: "Other" })).body).toMatchObject({
      title: "Other",
      body: "text",
      labels: ["a"],
      assignee_name: "ada",
    });
    const cleared = await patch(project, 1, { body: null, assignee: null, labels: [] });
    expect(cleared.body).toMatchObject({ body: null, assignee_id: null, assignee_name: null, labels: [] });
    expect((await patch(project, 1, { assignee_id: adaId })).body.assignee_name).toBe("ada");
    expect((await patch(project, 1, { assignee_id: null })).body.assignee_id).toBe(null);
    expect((await patch(project, 1, {})).status).toBe(200);
    const changes = (await entries(issue.id)).slice(1).map(({ before, after }) => ({ before, after }));
    expect(changes).toEqual([
      { before: { title: "It fails" }, after: { title: "Other" } },
      {
        before: { body: "text", labels: ["a"], assignee_id: adaId },
        after: { body: null, labels: [], assignee_id: null },
      },
      { before: { assignee_id: null }, after: { assignee_id: adaId } },
      { before: { assignee_id: adaId }, after: { assignee_id: null } },
      { before: {}, after: {} },
    ]);
  });

  test("of the status says when it was closed, and a closed issue can be reopened", async () => {
    const project = await newProject();
    await open(project);
    const closed = (await patch(project, 1, { status: "closed" })).body;
    expect(closed).toMatchObject({ status: "closed", closed_at: expect.any(String) });
    expect((await patch(project, 1, { status: "closed" })).body.closed_at).toBe(closed.closed_at);
    expect((await patch(project, 1, { status: "open" })).body).toMatchObject({ status: "open", closed_at: null });
    expect((await patch(project, 1, { status: "merged" })).status).toBe(400);
  });

  test("is for its author and for who may write to the project", async () => {
    const project = await newProject();
    await platform.addUser("writer", [{ role: "developer", project }]);
    await open(project, {}, await platform.token({ user: "writer" }));
    const { status, body } = await patch(project, 1, { title: "Mine" }, reader);
    expect([status, body.permission]).toEqual([403, "project:write"]);
    expect((await patch(project, 1, { title: "By ada" })).status).toBe(200);
    const narrow = await platform.token({ user: "writer", scopes: ["project:read"] });
    expect((await patch(project, 1, { title: "By its author" }, narrow)).status).toBe(200);
  });
});

describe("the list", () => {
  test("is filtered by each and all, newest first, with the total beside a page", async () => {
    const project = await newProject();
    await platform.addUser("bob", [{ role: "developer" }]);
    const bob = await platform.token({ user: "bob" });
    await open(project, { labels: ["bug"], body: "100% of it" });
    await open(project, { labels: ["bug", "ui"], title: "100 things", assignee: "bob" }, bob);
    await open(project, { labels: ["ui"], title: "Under_score" });
    await patch(project, 3, { status: "closed" });
    const filters: [Record<string, string>, number[]][] = [
      [{}, [3, 2, 1]],
      [{ status: "open" }, [2, 1]],
      [{ status: "closed" }, [3]],
      [{ labels: "bug" }, [2, 1]],
      [{ labels: "bug, ui" }, [2]],
      [{ labels: "bug,none" }, []],
      [{ author: "bob" }, [2]],
      [{ author_id: adaId }, [3, 1]],
      [{ assignee: "bob" }, [2]],
      [{ assignee_id: adaId }, []],
      [{ assignee: "nobody-there" }, []],
      [{ search: "100%" }, [1]],
      [{ search: "r_s" }, [3]],
      [{ search: "UNDER" }, [3]],
      [{ search: "\\" }, []],
      [{ search: "100", author: "bob", status: "open", labels: "ui" }, [2]],
    ];
    for (const [query, numbers] of filters) {
      expect([query, await list(project, query)]).toEqual([query, { total: numbers.length, numbers }]);
    }
    expect(await list(project, { limit: "1", offset: "1" })).toEqual({ total: 3, numbers: [2] });
    expect(await list(project, { limit: "0" })).toEqual({ total: 3, numbers: [] });
    expect((await platform.send("GET", `/api/projects/${project}/issues?status=old`, ada)).status).toBe(400);
  });
});
