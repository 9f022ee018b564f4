import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";

let platform: TestPlatform;
let admin: string;
let author: string;
let authorId: string;
let project: string;

beforeAll(async () => {
  platform = await startTestPlatform();
  admin = await platform.token({ user: "admin" });
  authorId = await platform.addUser("author");
  author = await platform.token({ user: "author" });
  project = await platform.addProject("admin", "discussed", "internal");
});
afterAll(() => platform.close());

/** A new issue's path. */
async function newIssue(of = project): Promise<string> {
  const { body } = await platform.send("POST", `/api/projects/${of}/issues`, admin, { title: "To be discussed" });
  return `/api/projects/${of}/issues/${body.number}`;
}

async function comment(issue: string, body: string, token = author) {
  const answer = await platform.send("POST", `${issue}/comments`, token, { body });
  expect(answer.status).toBe(201);
  return answer.body;
}

describe("comments", () => {
  test("are by whoever may read, counted, and listed in the order they came or the other way round", async () => {
    const issue = await newIssue();
    const first = await comment(issue, "first");
    expect(first).toMatchObject({ author_id: authorId, author_name: "author", body: "first" });
    expect(first.updated_at).toBe(first.created_at);
    await comment(issue, "second", admin);
    await comment(issue, "third");
    const bodies = async (query: string) => {
      const answer = await platform.send("GET", `${issue}/comments${query}`, author);
      return answer.body.map((one: { body: string; author_name: string }) => `${one.author_name}: ${one.body}`);
    };
    expect(await bodies("")).toEqual(["author: first", "admin: second", "author: third"]);
    expect(await bodies("?order=desc&limit=1")).toEqual(["author: third"]);
    expect(await bodies("?limit=1&offset=1")).toEqual(["admin: second"]);
    expect((await platform.send("GET", issue, author)).body.comment_count).toBe(3);
    const listed = await platform.send("GET", issue.replace(/\/\d+$/, ""), author);
    expect(listed.body.items[0].comment_count).toBe(3);
    expect((await platform.send("GET", `${issue}/comments?order=up`, author)).status).toBe(400);
  });

  test("are changed by their author and by administrators of users, and by nobody else", async () => {
    const issue = await newIssue();
    const { id } = await comment(issue, "first");
    const path = `${issue}/comments/${id}`;
    const changed = await platform.send("PATCH", path, author, { body: "better" });
    expect(changed).toMatchObject({ status: 200, body: { id, author_name: "author", body: "better" } });
    expect((await platform.send("PATCH", path, admin, { body: "moderated" })).status).toBe(200);
    await platform.addUser("developer", [{ role: "developer" }]);
    const refused = [
      await platform.token({ user: "developer" }),
      // What administers users is the token, and these are narrower than their user.
      await platform.token({ user: "admin", scopes: ["project:read"] }),
      await platform.token({ user: "admin", project }),
    ];
    for (const token of refused) {
      const { status, body } = await platform.send("PATCH", path, token, { body: "hijacked" });
      expect([status, body.permission]).toEqual([403, "admin:users"]);
    }
    const { body } = await platform.send("GET", `${issue}/comments`, author);
    expect(body[0].body).toBe("moderated");
    const log = platform.db.selectFrom("audit_log").where("resource", "=", "comment").where("resource_id", "=", id);
    const entries = await log.where("outcome", "=", "done").select(["before", "after"]).orderBy("id").execute();
    expect(entries).toEqual([
      { before: null, after: { issue_id: expect.any(String), body: "first" } },
      { before: { body: "first" }, after: { body: "better" } },
      { before: { body: "better" }, after: { body: "moderated" } },
    ]);
  });

  test("are reached through what they are on, and through nothing else", async () => {
    const issue = await newIssue();
    const { id } = await comment(issue, "here");
    const elsewhere = await platform.addProject("admin", "elsewhere", "internal");
    const wrong = [await newIssue(), await newIssue(elsewhere)];
    for (const other of wrong) {
      for (const token of [author, admin]) {
        const { status, body } = await platform.send("PATCH", `${other}/comments/${id}`, token, { body: "x" });
        expect([status, body.error]).toEqual([404, "comment"]);
      }
    }
  });

  test.each([[{ body: "" }], [{ body: "x".repeat(100_001) }], [{}], [{ body: null }]])(
    "that say nothing or too much are refused: %#",
    async (body) => {
      const answer = await platform.send("POST", `${await newIssue()}/comments`, author, body);
      expect([answer.status, answer.body.fields[0].path]).toEqual([400, "body"]);
    },
  );
});
