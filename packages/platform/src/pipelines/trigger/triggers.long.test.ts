import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { Wakeups } from "../../db/wakeups.ts";
import { WorkTree } from "../../git/testing/work-tree.ts";
import { startTestPlatform, type TestPlatform } from "../../testing/test-platform.ts";
import { startTriggers } from "./start-triggers.ts";

let platform: TestPlatform;
let admin: string;
let tree: WorkTree;
let count = 0;

beforeAll(async () => {
  platform = await startTestPlatform();
  admin = await platform.token({ user: "admin" });
});
afterAll(() => platform.close());
beforeEach(async () => {
  tree = await WorkTree.create();
});
afterEach(() => tree[Symbol.dispose]());

/** An empty project, and where to push to. */
async function project() {
  const name = `p${++count}`;
  const { body } = await platform.send("POST", "/api/projects", admin, { name });
  const url = platform.url.replace("http://", `http://admin:${admin}@`).concat(`/admin/${name}.git`);
  return { id: String(body.id), push: (...refs: readonly string[]) => tree.git("push", "--quiet", url, ...refs) };
}

const define = (more = "", name = "test") =>
  tree.commit(`pipeline:\n  ${more}\n  steps: [{ name: ${name}, image: node }]\n`, ".platform.yaml");

/** The pipelines of a project once everything that was pushed to it has been acted on, the oldest first. */
async function pipelinesOf(id: string) {
  await vi.waitFor(
    async () => {
      const left = await platform.db
        .selectFrom("ref_updates")
        .where("project_id", "=", id)
        .where("processed_at", "is", null)
        .select("id")
        .execute();
      expect(left).toEqual([]);
    },
    { timeout: 20_000 },
  );
  return await platform.db
    .selectFrom("pipelines")
    .where("project_id", "=", id)
    .orderBy("created_at")
    .orderBy("trigger")
    .selectAll()
    .execute();
}

describe("a push", () => {
  test("starts a pipeline for each branch, at its commit, and none for tags and what agents save", async () => {
    const { id, push } = await project();
    const first = await define();
    await push("main", "main:feature/ü", "main:refs/tags/v1", "main:refs/agent-wip/s1");
    const made = await pipelinesOf(id);
    expect(made.map(({ git_ref, branch }) => [git_ref, branch]).sort()).toEqual([
      ["refs/heads/feature/ü", "feature/ü"],
      ["refs/heads/main", "main"],
    ]);
    const userId = await platform.idOf("users", "admin");
    for (const pipeline of made)
      expect(pipeline).toMatchObject({ trigger: "push", commit_sha: first, triggered_by: userId, run: 1 });
    const steps = await platform.db.selectFrom("pipeline_steps").where("project_id", "=", id).selectAll().execute();
    expect(steps.map(({ name, image, step_order }) => [name, image, step_order])).toEqual([
      ["test", "node", 0],
      ["test", "node", 0],
    ]);

    await push(":feature/ü", ":refs/tags/v1");
    expect(await pipelinesOf(id)).toHaveLength(2);
  });

  test("starts none without a definition, nor where its definition does not ask for one", async () => {
    const { id, push } = await project();
    await push("main");
    await define('on: { push: { branches: [main, "release/*"] } }');
    await push("main:other", "main:release/1", "main");
    const branches = (await pipelinesOf(id)).map(({ branch }) => branch);
    expect(branches.sort()).toEqual(["main", "release/1"]);
  });

  test("gets its own pipeline even if the branch has moved on, in the order of the pushes", async () => {
    const { id, push } = await project();
    const commits = [await define("", "a"), await define("", "b"), await define("", "c")];
    for (const commit of commits) await push(`${commit}:refs/heads/main`);
    expect((await pipelinesOf(id)).map(({ commit_sha }) => commit_sha)).toEqual(commits);
  });

  test("of a definition that cannot be used makes a failed pipeline that says where and why", async () => {
    const { id, push } = await project();
    await tree.commit("pipeline:\n  steps:\n    - name: test\n", ".platform.yaml");
    await push("main");
    const [failed, ...more] = await pipelinesOf(id);
    expect(more).toEqual([]);
    expect(failed).toMatchObject({
      status: "failure",
      reason: "invalid_definition",
      message: ".platform.yaml, line 3: step 'test' is missing an image",
    });
    expect(failed?.finished_at).not.toBeNull();
  });

  test("cancels the branch's pipelines that have not ended, if its definition says so", async () => {
    const { id, push } = await project();
    await define("concurrency: cancel_previous", "first");
    const pending = await platform.db
      .insertInto("pipelines")
      .values(
        ["main", "other"].map((branch) => ({
          project_id: id,
          trigger: "push" as const,
          git_ref: `refs/heads/${branch}`,
          branch,
          commit_sha: "0".repeat(40),
        })),
      )
      .returning(["id", "branch"])
      .execute();
    await push("main");
    const made = await pipelinesOf(id);
    const statusOf = (branch: string) => {
      const { id: pipelineId } = pending.find((row) => row.branch === branch) ?? {};
      return made.find((row) => row.id === pipelineId);
    };
    expect(statusOf("main")).toMatchObject({ status: "cancelled", reason: "superseded" });
    expect(statusOf("main")?.message).toBe("a newer pipeline of main took its place");
    expect(statusOf("other")?.status).toBe("pending");
    expect(made).toHaveLength(3);
  });
});

describe("a push to the source of an open merge request", () => {
  const open = (projectId: string, source: string, status: "open" | "closed" = "open") =>
    platform.db
      .insertInto("merge_requests")
      .values({
        project_id: projectId,
        number: ++count,
        author_id: sql<string>`(select id from users where name = 'admin')`,
        source_branch: source,
        target_branch: "main",
        title: "t",
        status,
      })
      .execute();

  test("starts its pipeline beside that of the push, which it does not supersede", async () => {
    const { id, push } = await project();
    await push("main", "main:feature", "main:closed");
    await open(id, "feature");
    await open(id, "closed", "closed");
    const commit = await define("on: { mr: { actions: [synchronized] } }\n  concurrency: cancel_previous");
    await push("main:feature", "main:closed");
    const made = await pipelinesOf(id);
    expect(made.map(({ branch, trigger }) => [branch, trigger]).sort()).toEqual([
      ["closed", "push"],
      ["feature", "mr"],
      ["feature", "push"],
    ]);
    for (const { commit_sha, reason } of made) expect([commit_sha, reason]).toEqual([commit, null]);
  });

  test("starts none for it when the definition asks for none, or for other actions", async () => {
    const { id, push } = await project();
    await push("main", "main:feature");
    await open(id, "feature");
    await define();
    await push("main:feature");
    await define("on: { mr: { actions: [opened] }, push: { branches: [nothing] } }");
    await push("main:feature");
    expect((await pipelinesOf(id)).map(({ trigger }) => trigger)).toEqual(["push"]);
  });
});

describe("a merge request", () => {
  const request = (id: string, method: string, more = "", body: object = {}) =>
    platform.send(method, `/api/projects/${id}/merge-requests${more}`, admin, body);
  const open = (id: string) => request(id, "POST", "", { source_branch: "feature", target_branch: "main", title: "t" });

  test("starts pipelines when it is opened, pushed to and opened again, each once", async () => {
    const { id, push } = await project();
    await push("main");
    const first = await define("on: { mr: {} }");
    await push("main:feature");
    const { number } = (await open(id)).body;
    const second = await tree.commit();
    await push("main:feature");
    await pipelinesOf(id);
    for (const status of ["closed", "open"]) await request(id, "PATCH", `/${number}`, { status });
    const made = (await pipelinesOf(id)).filter(({ trigger }) => trigger === "mr");
    expect(made.map(({ commit_sha, git_ref, branch }) => [commit_sha, git_ref, branch])).toEqual(
      [first, second, second].map((commit) => [commit, "refs/heads/feature", "feature"]),
    );
  });

  test("starts none for other actions, nor by a definition that cannot be used", async () => {
    const { id, push } = await project();
    await push("main");
    await define("on: { mr: { actions: [reopened] } }");
    await push("main:feature");
    const { number } = (await open(id)).body;
    await tree.commit("pipeline: {}", ".platform.yaml");
    await push("main:feature");
    await pipelinesOf(id);
    for (const status of ["closed", "open"])
      expect((await request(id, "PATCH", `/${number}`, { status })).status).toBe(200);
    const made = (await pipelinesOf(id)).map(({ trigger, reason }) => [trigger, reason]);
    expect(made.slice(1)).toEqual([["push", "invalid_definition"]]);
  });
});

test("several platforms on one database act on each push once", async () => {
  const { db, repositories } = platform;
  const listeners = new Set<() => void>();
  const wakeups: Wakeups = {
    on: (_, listener) => {
      const ring = () => listener("");
      listeners.add(ring);
      return () => listeners.delete(ring);
    },
    close: async () => {},
  };
  const logger = pino({ level: "silent" });
  const others = [1, 2, 3].map(() => startTriggers({ db, repositories, wakeups, logger }));
  try {
    const { id, push } = await project();
    await define();
    const branches = Array.from({ length: 25 }, (_, index) => `b${index}`);
    const pushed = push(...branches.map((branch) => `main:${branch}`));
    const ringing = setInterval(() => {
      for (const ring of listeners) ring();
    }, 1);
    await pushed;
    const made = await pipelinesOf(id);
    clearInterval(ringing);
    expect(made.map(({ branch }) => branch).sort()).toEqual(branches.sort());
  } finally {
    await Promise.all(others.map((other) => other.close()));
  }
  expect(listeners.size).toBe(0);
});

describe("a push that cannot be read", () => {
  const updates = (id: string) =>
    platform.db.selectFrom("ref_updates").where("project_id", "=", id).orderBy("id").selectAll().execute();
  const record = (projectId: string, ref = "refs/heads/main") =>
    platform.db
      .insertInto("ref_updates")
      .values({ project_id: projectId, ref, old_sha: null, new_sha: "1".repeat(40), source: "push" })
      .execute();
  const tell = () => sql`select pg_notify('ref_updates', '')`.execute(platform.db);
  const broken = () => platform.addProject("admin", `broken-${randomUUID()}`);

  test("is put off, and holds nothing up but the same branch", async () => {
    const bad = await broken();
    await record(bad);
    await record(bad);
    // Nothing was notified, so this is found by looking.
    await vi.waitFor(async () => expect((await updates(bad))[0]?.failures).toBeGreaterThan(0), { timeout: 20_000 });
    const [first, second] = await updates(bad);
    expect([first?.processed_at, second?.processed_at, second?.failures]).toEqual([null, null, 0]);
    const { id, push } = await project();
    await define();
    await push("main");
    expect(await pipelinesOf(id)).toHaveLength(1);
  });

  test("has a failed pipeline in the end", async () => {
    const bad = await broken();
    await record(bad);
    await platform.db.updateTable("ref_updates").where("project_id", "=", bad).set({ failures: 4 }).execute();
    await tell();
    const [failed, ...more] = await pipelinesOf(bad);
    expect(more).toEqual([]);
    expect(failed).toMatchObject({ status: "failure", reason: "start_failed", commit_sha: "1".repeat(40) });
  });

  test("of a project that is deleted by now is forgotten", async () => {
    const gone = await broken();
    await platform.db.updateTable("projects").where("id", "=", gone).set({ is_active: false }).execute();
    await record(gone);
    await tell();
    expect(await pipelinesOf(gone)).toEqual([]);
  });
});
