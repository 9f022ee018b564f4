import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";
import { addThings, type Things } from "../testing/things-in-project.ts";

/** Every test is an attempt of somebody who may do something in one project to do more, there or in another. */
let platform: TestPlatform;
/** Owns `mine`, and is nobody in `theirs`. */
let intruder: string;
let mine: string;
let theirs: string;
let my: Things;
let their: Things;

beforeAll(async () => {
  platform = await startTestPlatform();
  await platform.addUser("intruder");
  intruder = await platform.token({ user: "intruder" });
  const authorId = await platform.addUser("author");
  mine = await platform.addProject("intruder", "mine");
  const admin = await platform.token({ user: "admin" });
  theirs = (await platform.send("POST", "/api/projects", admin, { name: "theirs" })).body.id;
  my = await addThings(platform, { id: mine, authorId });
  their = await addThings(platform, { id: theirs, authorId });
});
afterAll(() => platform.close());

async function refused(status: number, ...args: Parameters<TestPlatform["send"]>) {
  const answer = await platform.send(...args);
  expect([answer.status, answer.body], JSON.stringify(args)).toEqual([status, expect.anything()]);
  return answer.body;
}

/** As a path, so that every test reads as its request. */
const at = (project: string, rest: string) => `/api/projects/${project}/${rest}`;

describe("through a project of one's own", () => {
  test("read another project's pipeline, its log and its artifacts", async () => {
    const { pipeline_id, step_id, artifact_id } = their.pipeline;
    const own = my.pipeline.pipeline_id;
    const attempts = [
      [`pipelines/${pipeline_id}`, "pipeline"],
      [`pipelines/${pipeline_id}/steps/${step_id}/logs`, "pipeline"],
      [`pipelines/${own}/steps/${step_id}/logs`, "step"],
      [`pipelines/${pipeline_id}/artifacts`, "pipeline"],
      [`pipelines/${pipeline_id}/artifacts/${artifact_id}/download`, "pipeline"],
      [`pipelines/${own}/artifacts/${artifact_id}/download`, "artifact"],
    ] as const;
    for (const [path, noun] of attempts) {
      expect((await refused(404, "GET", at(mine, path), intruder)).error, path).toBe(noun);
    }
    // What is one's own is there by the same paths.
    const paths = [
      `pipelines/${own}`,
      `pipelines/${own}/steps/${my.pipeline.step_id}/logs`,
      `pipelines/${own}/artifacts/${my.pipeline.artifact_id}/download`,
    ];
    for (const path of paths) expect((await platform.request(at(mine, path), intruder)).status, path).toBe(200);
  });

  test("cancel another project's pipeline, or run it again", async () => {
    const { pipeline_id } = their.pipeline;
    for (const verb of ["cancel", "retry"]) {
      await refused(404, "POST", at(mine, `pipelines/${pipeline_id}/${verb}`), intruder);
      await refused(404, "POST", at(theirs, `pipelines/${pipeline_id}/${verb}`), intruder);
    }
    const row = platform.db.selectFrom("pipelines").where("id", "=", pipeline_id).select(["status", "run"]);
    expect(await row.executeTakeFirstOrThrow()).toEqual({ status: "failure", run: 1 });
  });

  test("change a comment of another project, or one on something else", async () => {
    const admin = await platform.token({ user: "admin" });
    const stray = [their.issue, their.mergeRequest].map(({ comment_id }) => comment_id);
    const attempts = [
      ...[...stray, my.mergeRequest.comment_id].map((id) => `issues/${my.issue.number}/comments/${id}`),
      ...[...stray, my.issue.comment_id].map((id) => `merge-requests/${my.mergeRequest.number}/comments/${id}`),
    ];
    for (const path of attempts) {
      // Not even who might change it where it belongs.
      for (const token of [intruder, admin]) {
        expect((await refused(404, "PATCH", at(mine, path), token, { body: "x" })).error).toBe("comment");
      }
    }
    const bodies = await platform.db.selectFrom("comments").select("body").distinct().execute();
    expect(bodies).toEqual([{ body: "Why?" }]);
  });

  test("delete another project's secret, or the whole platform's", async () => {
    const admin = await platform.token({ user: "admin" });
    await platform.send("POST", "/api/admin/secrets", admin, { name: "OF_ALL", value: "x", scope: "all" });
    for (const name of [their.secret, "OF_ALL"]) {
      expect((await refused(404, "DELETE", at(mine, `secrets/${name}`), intruder)).error).toBe("secret");
    }
    const { body } = await platform.send("GET", "/api/admin/secrets", admin);
    expect(body).toMatchObject([{ name: "OF_ALL" }]);
  });

  test("use a token that is bound to it elsewhere", async () => {
    const bound = await platform.token({ user: "admin", project: mine });
    const { pipeline_id } = their.pipeline;
    const paths = ["issues", `issues/${their.issue.number}`, "merge-requests", `pipelines/${pipeline_id}`, "secrets"];
    for (const path of paths) expect((await refused(404, "GET", at(theirs, path), bound)).error).toBe("project");
    for (const path of ["issues", "merge-requests", "pipelines"]) {
      const body = { title: "x", source_branch: "a", target_branch: "b", git_ref: "main" };
      await refused(404, "POST", at(theirs, path), bound, body);
    }
    await refused(403, "GET", "/api/admin/secrets", bound);
  });
});

describe("within a project", () => {
  test("set or delete secrets as a developer, who may only see their names", async () => {
    await platform.addUser("developer", [{ role: "developer", project: theirs }]);
    const developer = await platform.token({ user: "developer" });
    const secret = { name: "MINE", value: "x", scope: "pipeline" };
    const answers = [
      await refused(403, "POST", at(theirs, "secrets"), developer, secret),
      await refused(403, "DELETE", at(theirs, `secrets/${their.secret}`), developer),
    ];
    for (const { permission } of answers) expect(permission).toBe("secret:write");
    const { body } = await platform.send("GET", at(theirs, "secrets"), developer);
    expect(body.map((one: object) => Object.keys(one).sort())).toEqual([
      ["created_at", "id", "name", "project_id", "scope", "updated_at", "version"],
    ]);
  });

  test("set the whole platform's secrets as the owner of a project, or with every right but admin:users", async () => {
    const secret = { name: "MINE", value: "x", scope: "all" };
    const narrow = await platform.token({ user: "admin", scopes: ["secret:read", "secret:write"] });
    for (const token of [intruder, narrow]) {
      expect((await refused(403, "POST", "/api/admin/secrets", token, secret)).permission).toBe("admin:users");
      expect((await refused(403, "GET", "/api/admin/secrets", token)).permission).toBe("admin:users");
      expect((await refused(403, "DELETE", "/api/admin/secrets/X", token)).permission).toBe("admin:users");
    }
  });

  test("run code in everybody's steps by a secret that the shell or the loader obeys", async () => {
    for (const name of [
      "PATH",
      "LD_PRELOAD",
      "BASH_ENV",
      "ENV",
      "NODE_OPTIONS",
      "GIT_SSH_COMMAND",
      "PLATFORM_API_URL",
    ]) {
      const secret = { name, value: "/tmp/evil", scope: "all" };
      expect((await refused(400, "POST", at(mine, "secrets"), intruder, secret)).fields[0].path).toBe("name");
    }
  });

  test("write as somebody who may only read", async () => {
    await platform.addUser("viewer", [{ role: "viewer", project: theirs }]);
    const viewer = await platform.token({ user: "viewer" });
    const { pipeline_id } = their.pipeline;
    const attempts: [string, string, object?][] = [
      ["POST", "issues", { title: "x" }],
      ["PATCH", `issues/${their.issue.number}`, { status: "closed" }],
      ["POST", "merge-requests", { title: "x", source_branch: "next", target_branch: "main" }],
      ["PATCH", `merge-requests/${their.mergeRequest.number}`, { status: "closed" }],
      ["POST", `merge-requests/${their.mergeRequest.number}/merge`, {}],
      ["POST", "pipelines", { git_ref: "main" }],
      ["POST", `pipelines/${pipeline_id}/cancel`],
      ["POST", `pipelines/${pipeline_id}/retry`],
    ];
    for (const [method, path, body] of attempts) {
      const { permission } = await refused(403, method, at(theirs, path), viewer, body);
      expect([path, permission]).toEqual([path, "project:write"]);
    }
  });

  test("put words into others' mouths with project:write, or with an administrator's narrow token", async () => {
    await platform.addUser("writer", [{ role: "developer", project: theirs }]);
    const writer = await platform.token({ user: "writer" });
    const narrow = await platform.token({ user: "admin", scopes: ["project:read", "project:write"] });
    const bound = await platform.token({ user: "admin", project: theirs });
    for (const token of [writer, narrow, bound]) {
      for (const [kind, { number, comment_id }] of [
        ["issues", their.issue],
        ["merge-requests", their.mergeRequest],
      ] as const) {
        const path = at(theirs, `${kind}/${number}/comments/${comment_id}`);
        expect((await refused(403, "PATCH", path, token, { body: "I agree" })).permission).toBe("admin:users");
      }
    }
  });

  test("lift as an agent what protects the project from agents, or raise it", async () => {
    await platform.addUser("robot", [], "agent");
    await platform.lend({ from: "admin", to: "robot", permission: "project:read", project: theirs });
    await platform.lend({ from: "admin", to: "robot", permission: "project:write", project: theirs });
    const robot = await platform.token({ user: "robot" });
    const fields = [
      { merge_requires_pipeline: false },
      { merge_requires_approval: false },
      { merge_requires_approval: true },
      { allow_agent_push_to_default: true },
      { allow_force_push_to_default: true },
      { default_branch: "other" },
      { agent_image: "an-agents-own:1" },
      { visibility: "public" },
    ];
    for (const change of fields) {
      const { detail } = await refused(403, "PATCH", `/api/projects/${theirs}`, robot, {
        description: "as if nothing were",
        ...change,
      });
      expect(detail).toContain(`Agents may not change ${Object.keys(change)[0]}`);
    }
    const { body } = await platform.send("GET", `/api/projects/${theirs}`, robot);
    expect(body).toMatchObject({ description: null, merge_requires_approval: false });
    expect((await platform.send("PATCH", `/api/projects/${theirs}`, robot, { description: "mine" })).status).toBe(200);
  });

  test("learn as an agent what its delegator alone may see", async () => {
    await platform.addUser("helper", [], "agent");
    await platform.lend({ from: "admin", to: "helper", permission: "project:read", project: theirs });
    const helper = await platform.token({ user: "helper" });
    expect((await refused(403, "GET", at(theirs, "secrets"), helper)).permission).toBe("secret:read");
    await refused(404, "GET", at(mine, "issues"), helper);
    const { status } = await platform.send("POST", at(theirs, `issues/${their.issue.number}/comments`), helper, {
      body: "As I may read, I may comment",
    });
    expect(status).toBe(201);
  });
});
