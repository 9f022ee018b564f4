import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WorkTree } from "../git/testing/work-tree.ts";
import { startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";

const definition = "pipeline:\n  on: { push: { branches: [none] } }\n  steps:\n";
const steps = `${definition}    - { name: a, image: node, when: { branches: [nowhere] } }\n    - { name: b, image: alpine, depends_on: [a], when: { triggers: [mr] } }\n`;

let platform: TestPlatform;
let admin: string;
let tree: WorkTree;
let project: string;
let other: string;
const commits = { first: "", second: "", invalid: "" };

beforeAll(async () => {
  platform = await startTestPlatform();
  admin = await platform.token({ user: "admin" });
  const add = async (name: string) => String((await platform.send("POST", "/api/projects", admin, { name })).body.id);
  [project, other] = [await add("p"), await add("other")];
  tree = await WorkTree.create();
  await tree.git("tag", "bare");
  commits.first = await tree.commit(steps, ".platform.yaml");
  await tree.git("tag", "--annotate", "--message", "one", "v1");
  await tree.git("branch", "v1");
  commits.second = await tree.commit();
  commits.invalid = await tree.commit(`${definition}    - name: x\n`, ".platform.yaml");
  await tree.git("branch", "--move", "invalid");
  await tree.git("branch", "main", commits.second);
  const url = platform.url.replace("http://", `http://admin:${admin}@`).concat("/admin/p.git");
  await tree.git("push", "--quiet", url, "main", "invalid", "refs/heads/v1", "--tags");
});
afterAll(async () => {
  tree[Symbol.dispose]();
  await platform.close();
});

const path = (more = "", of = project) => `/api/projects/${of}/pipelines${more}`;
const start = (git_ref: string) => platform.send("POST", path(), admin, { git_ref });
const list = async (query: string) => (await platform.send("GET", path(`?${query}`), admin)).body;

describe("a pipeline started by hand", () => {
  test.each<[string, () => string, () => string]>([
    ["a branch", () => "main", () => commits.second],
    ["a branch by its full name", () => "refs/heads/main", () => commits.second],
    ["a branch called like a tag", () => "v1", () => commits.first],
    ["a tag by its full name", () => "refs/tags/v1", () => commits.first],
    ["a SHA", () => commits.first, () => commits.first],
    ["an abbreviated SHA", () => commits.first.slice(0, 9), () => commits.first],
    ["the commit before a branch's last", () => "main~1", () => commits.first],
    ["HEAD", () => "HEAD", () => commits.second],
  ])("is of %s", async (_, ref, commit) => {
    const { status, body } = await start(ref());
    expect(status).toBe(201);
    expect(body).toMatchObject({
      project_id: project,
      trigger: "api",
      git_ref: ref(),
      commit_sha: commit(),
      triggered_by_name: "admin",
      run: 1,
    });
    expect(body).not.toHaveProperty("definition");
  });

  test("knows its branch however that was named", async () => {
    const rows = await platform.db.selectFrom("pipelines").where("trigger", "=", "api").selectAll().execute();
    const branches = new Map(rows.map(({ git_ref, branch }) => [git_ref, branch]));
    expect(Object.fromEntries(branches)).toMatchObject({
      main: "main",
      "refs/heads/main": "main",
      HEAD: "main",
      v1: "v1",
      "refs/tags/v1": null,
      "main~1": null,
      [commits.first]: null,
    });
  });

  test.each<[string, () => string, RegExp]>([
    ["there is no such ref", () => "nothing", /^git_ref: there is no such branch, tag or commit$/],
    [
      "the commit has no definition",
      () => "bare",
      /^git_ref: no \.platform\.yaml found at commit [0-9a-f]{40}: add one/,
    ],
    ["its definition cannot be used", () => "invalid", /^\.platform\.yaml, line 4: step 'x' is missing an image$/],
  ])("is refused when %s", async (_, ref, message) => {
    const { status, body } = await start(ref());
    expect(status).toBe(400);
    expect(body.error).toMatch(message);
  });

  test("needs something to start from", async () => {
    const answer = await platform.send("POST", path("", other), admin, { git_ref: "main" });
    expect(answer).toMatchObject({ status: 400, body: { error: "git_ref: there is no such branch, tag or commit" } });
  });

  test("is in the audit log", async () => {
    const { body } = await start("main");
    const entry = await platform.db
      .selectFrom("audit_log")
      .where("resource_id", "=", body.id)
      .selectAll()
      .executeTakeFirstOrThrow();
    expect(entry).toMatchObject({ resource: "pipeline", actor_name: "admin", project_id: project });
    expect(entry.after).toEqual({ git_ref: "main", branch: "main", commit_sha: commits.second, status: "success" });
  });
});

describe("pipelines", () => {
  test("are listed by what they are of, the newest first", async () => {
    const made = [await start("main"), await start("refs/heads/main"), await start("refs/tags/v1"), await start("v1")];
    const [short, full, tag, branch] = made.map(({ body }) => body.id);
    const idsOf = async (query: string) => (await list(query)).items.map(({ id }: { id: string }) => id);
    expect((await idsOf("limit=4")).slice(0, 4)).toEqual([branch, tag, full, short]);
    expect(await idsOf("git_ref=main")).toEqual(await idsOf("git_ref=refs/heads/main"));
    expect(await idsOf("git_ref=main")).toEqual(expect.arrayContaining([short, full]));
    expect(await idsOf("git_ref=main")).not.toContain(branch);
    expect(await idsOf("git_ref=refs/tags/v1")).toContain(tag);
    expect(await idsOf("git_ref=refs/tags/v1")).not.toContain(branch);
    expect(await idsOf("git_ref=v1")).toEqual(expect.arrayContaining([branch, tag]));
    expect(await idsOf("git_ref=refs/heads/v1")).not.toContain(tag);
    expect(await idsOf(`commit_sha=${commits.second}&limit=1`)).toEqual([full]);
    expect(await list("trigger=mr")).toEqual({ items: [], total: 0 });
    expect((await list("limit=0&status=success")).total).toBeGreaterThanOrEqual(made.length);
    expect((await platform.send("GET", path("?status=odd"), admin)).status).toBe(400);
  });

  test("of branches with unusual names are found by them, started and filtered alike", async () => {
    const names = [
      "日本/ü",
      "a%2Fb",
      "a&git_ref=main",
      "a#b+c",
      "'\"<b>",
      "heads/x",
      "refs",
      "v1.0-rc.1",
      "{a,b}",
      "HEAD1",
    ];
    const url = platform.url.replace("http://", `http://admin:${admin}@`).concat("/admin/p.git");
    await tree.git("push", "--quiet", url, ...names.map((name) => `main:refs/heads/${name}`));
    for (const name of names) {
      const { body } = await start(name);
      expect(body).toMatchObject({ git_ref: name, commit_sha: commits.second });
      for (const ref of [name, `refs/heads/${name}`]) {
        const found = await list(`trigger=api&git_ref=${encodeURIComponent(ref)}`);
        expect(found.items.map(({ id }: { id: string }) => id)).toEqual([body.id]);
      }
    }
  });

  test("are shown with their steps", async () => {
    const { body } = await start("main");
    const shown = await platform.send("GET", path(`/${body.id}`), admin);
    expect(shown.body).toMatchObject({
      id: body.id,
      status: "success",
      triggered_by_name: "admin",
      steps: [
        { step_order: 0, name: "a", image: "node", status: "skipped", reason: "condition", depends_on: [] },
        { step_order: 1, name: "b", image: "alpine", status: "skipped", depends_on: ["a"], exit_code: null },
      ],
    });
    expect(shown.body.steps[0]).toMatchObject({ duration_ms: null, started_at: null, log_ref: null, attempt: 0 });
  });

  test("are shown also when a step ended long after it began, as on a computer that was off meanwhile", async () => {
    const { body } = await start("main");
    const [started_at, finished_at] = ["2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"];
    const ofIt = platform.db.updateTable("pipeline_steps").where("pipeline_id", "=", body.id);
    await ofIt.where("name", "=", "a").set({ started_at, finished_at }).execute();
    const shown = await platform.send("GET", path(`/${body.id}`), admin);
    expect([shown.status, shown.body.steps?.[0].duration_ms]).toEqual([200, 31 * 24 * 60 * 60 * 1000]);
  });

  test("are those of their project only", async () => {
    const { body } = await start("main");
    for (const [id, of] of [
      [body.id, other],
      [randomUUID(), project],
    ]) {
      const answer = await platform.send("GET", path(`/${id}`, of), admin);
      expect(answer).toMatchObject({ status: 404, body: { error: "pipeline" } });
    }
  });

  test("of users that are gone have no name", async () => {
    const { body } = await start("main");
    await platform.db.updateTable("pipelines").where("id", "=", body.id).set({ triggered_by: null }).execute();
    const shown = await platform.send("GET", path(`/${body.id}`), admin);
    expect(shown.body).toMatchObject({ triggered_by: null, triggered_by_name: null });
  });
});
