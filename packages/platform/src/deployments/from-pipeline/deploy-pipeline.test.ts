import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testSettings } from "../../settings/testing/test-settings.ts";
import { endWorkload } from "../../workloads/end-workload.ts";
import { openWorkloadScene, type WorkloadScene } from "../../workloads/testing/workload-scene.ts";
import { passOverPipelines } from "./pass-over-pipelines.ts";
import { DeployScene } from "./testing/deploy-scene.ts";

let base: WorkloadScene;
beforeAll(async () => {
  base = await openWorkloadScene();
});
afterAll(() => base[Symbol.asyncDispose]());

const scene = (name?: string) => DeployScene.create(base.store, name);
const procfile = { Procfile: "web: node server.js\n" };

/** A project's rows as they are. */
const rowsOf = ({ projectId }: DeployScene) =>
  base.store.db.selectFrom("workloads").where("project_id", "=", projectId).orderBy("created_at").selectAll().execute();
const historyOf = ({ projectId }: DeployScene) =>
  base.store.db.selectFrom("workload_history").where("project_id", "=", projectId).selectAll().execute();

/** Asks for an end, as a request does. */
const end = (id: string) => base.store.db.transaction().execute((tx) => endWorkload(tx, id, "deleted"));

describe("where a success is deployed", () => {
  test("is production for the default branch, and a preview for another", async () => {
    using project = await scene();
    const main = await project.push("main", procfile);
    const feature = await project.push("feature/ü", procfile);
    const pipeline = await project.pipeline({ branch: "main", sha: main });
    await project.pipeline({ branch: "feature/ü", sha: feature });
    await project.deploy();
    expect(await project.wanted()).toEqual([`feature git:${feature} #1`, `production git:${main} #1`]);
    const [production, preview] = await rowsOf(project);
    expect(production).toMatchObject({
      ...{ kind: "deployment", environment: "production", branch: null, expires_at: null },
      ...{ commit_sha: main, pipeline_id: pipeline, deployed_by: project.userId, created_by: project.userId },
    });
    expect(preview).toMatchObject({ kind: "preview", branch: "feature/ü", ttl_hours: 24, commit_sha: feature });
    const hours = (Date.parse(preview?.expires_at ?? "") - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(23.5);
    expect(hours).toBeLessThanOrEqual(24.1);
  });

  test("is what the project calls its default branch, by whatever name", async () => {
    using project = await scene();
    const { db } = base.store;
    await db.updateTable("projects").set({ default_branch: "trunk" }).where("id", "=", project.projectId).execute();
    for (const branch of ["trunk", "main"]) {
      const sha = await project.push(branch, procfile);
      await project.pipeline({ branch, sha });
    }
    await project.deploy();
    expect((await project.wanted()).map((line) => line.split(" ")[0])).toEqual(["main", "production"]);
  });

  test("is nowhere for a tag or a commit, a branch that is gone, and one that was never at the commit", async () => {
    using project = await scene();
    const sha = await project.push("main", procfile);
    const gone = await project.push("gone", procfile);
    const elsewhere = await project.push("elsewhere", procfile);
    await project.remove("gone");
    await project.pipeline({ branch: null, sha });
    await project.pipeline({ branch: "gone", sha: gone });
    await project.pipeline({ branch: "main", sha: elsewhere, trigger: "api" });
    await project.deploy();
    expect(await project.wanted()).toEqual([]);
  });

  test("is not production for a merge request of the default branch into another, which anybody may open", async () => {
    using project = await scene();
    const sha = await project.push("main", procfile);
    await project.pipeline({ branch: "main", sha, trigger: "mr" });
    await project.deploy();
    expect(await project.wanted()).toEqual([]);
  });

  test("is nowhere for one that failed, and for a project that is deleted", async () => {
    using project = await scene();
    const sha = await project.push("main", procfile);
    await project.pipeline({ branch: "main", sha, status: "failure" });
    await project.deploy();
    expect(await project.wanted()).toEqual([]);
    await project.pipeline({ branch: "main", sha });
    const { db } = base.store;
    await db.updateTable("projects").set({ is_active: false }).where("id", "=", project.projectId).execute();
    await project.deploy();
    expect(await project.wanted()).toEqual([]);
  });

  test("takes what git has, also what nobody has recorded yet", async () => {
    using project = await scene();
    const sha = project.commit("main", procfile);
    await project.pipeline({ branch: "main", sha });
    await project.deploy();
    expect(await project.wanted()).toEqual([`production git:${sha} #1`]);
  });
});

describe("what is deployed", () => {
  const image = "$REGISTRY/$PROJECT:$BRANCH_SLUG-$COMMIT_SHA";

  test("is the commit where commits are run, if its Procfile says what serves", async () => {
    using project = await scene();
    const sha = await project.push("a", procfile);
    await project.pipeline({ branch: "a", sha, deploy: { image } });
    const worker = await project.push("b", { Procfile: "worker: node worker.js\n" });
    await project.pipeline({ branch: "b", sha: worker });
    await project.deploy();
    expect(await project.wanted()).toEqual([`a git:${sha} #1`]);
  });

  test("is the image that its definition names, then one that it has built by convention, else nothing", async () => {
    using project = await scene("shop");
    const sha = await project.push("x/Y", procfile);
    await project.pipeline({ branch: "x/Y", sha, deploy: { image }, built: "gcr.io/Kaniko-project/executor:debug" });
    await project.deploy({ runsCommits: false });
    expect(await project.wanted()).toEqual([`x-y r:5000/shop:x-y-${sha} #1`]);
    await project.pipeline({ branch: "x/Y", sha, built: "gcr.io/Kaniko-project/executor:debug" });
    await project.deploy({ runsCommits: false });
    expect(await project.wanted()).toEqual([`x-y r:5000/shop:${sha} #2`]);
    const main = await project.push("main", procfile);
    await project.pipeline({ branch: "main", sha: main });
    await project.deploy({ runsCommits: false });
    expect(await project.wanted()).toHaveLength(1);
  });
});

describe("a workload that is there", () => {
  test("becomes what the next success made, and is wanted again if it was stopped", async () => {
    using project = await scene();
    const first = await project.push("main", procfile);
    await project.pipeline({ branch: "main", sha: first });
    await project.deploy();
    const { db } = base.store;
    await db
      .updateTable("workloads")
      .where("project_id", "=", project.projectId)
      .set({ desired_status: "stopped", values_override: '{"a":1}' })
      .execute();
    const second = await project.push("main", procfile);
    const pipeline = await project.pipeline({ branch: "main", sha: second });
    await project.deploy();
    const [row] = await rowsOf(project);
    expect(row).toMatchObject({
      ...{ image_ref: `git:${second}`, commit_sha: second, pipeline_id: pipeline, generation: 2, action: "deploy" },
      ...{ desired_status: "active", current_status: "pending", values_override: { a: 1 } },
    });
  });

  test("stays as it is when what succeeds is older", async () => {
    using project = await scene();
    const [old, late] = [await project.push("main", procfile), await project.push("main", procfile)];
    const slow = await project.pipeline({ branch: "main", sha: old, status: "running" });
    await project.pipeline({ branch: "main", sha: late });
    await project.deploy();
    await base.store.db.updateTable("pipelines").set({ status: "success" }).where("id", "=", slow).execute();
    await project.deploy();
    expect(await project.wanted()).toEqual([`production git:${late} #1`]);
  });

  test("is deployed once for a push that has two pipelines, and anew for one that is started by hand", async () => {
    using project = await scene();
    const sha = await project.push("topic", procfile);
    await project.pipeline({ branch: "topic", sha });
    const second = await project.pipeline({ branch: "topic", sha, trigger: "mr" });
    await project.deploy();
    expect(await project.wanted()).toEqual([`topic git:${sha} #1`]);
    expect((await rowsOf(project))[0]?.pipeline_id).toBe(second);
    await project.pipeline({ branch: "topic", sha, trigger: "api" });
    await project.deploy();
    expect(await project.wanted()).toEqual([`topic git:${sha} #2`]);
  });

  test("is wanted again, as new, if it is just being removed", async () => {
    using project = await scene();
    const first = await project.push("topic", procfile);
    await project.pipeline({ branch: "topic", sha: first });
    await project.deploy();
    const [row] = await rowsOf(project);
    await end(row?.id ?? "");
    expect(await project.wanted()).toEqual([`topic git:${first} #2 deleted`]);
    const second = await project.push("topic", procfile);
    await project.pipeline({ branch: "topic", sha: second });
    await project.deploy();
    expect(await project.wanted()).toEqual([`topic git:${second} #3`]);
  });
});

test("a preview that somebody ends does not come back from a pipeline that still runs", async () => {
  using project = await scene();
  const sha = await project.push("topic", procfile);
  const { db } = base.store;
  const [running, failed] = [
    await project.pipeline({ branch: "topic", sha, status: "running" }),
    await project.pipeline({ branch: "topic", sha, status: "failure" }),
  ];
  await db.transaction().execute((tx) => passOverPipelines(tx, project.projectId, "topic"));
  const succeed = (id: string) => db.updateTable("pipelines").set({ status: "success" }).where("id", "=", id).execute();
  await succeed(running);
  await project.deploy();
  expect(await project.wanted()).toEqual([]);
  // One that is run again by hand is asked for.
  await succeed(failed);
  await project.deploy();
  expect(await project.wanted()).toEqual([`topic git:${sha} #1`]);
});

describe("the limit of previews", () => {
  test("refuses one more, and its history says what to do; what is there goes on", async () => {
    using project = await scene();
    for (const branch of ["a", "b", "c"]) {
      const sha = await project.push(branch, procfile);
      await project.pipeline({ branch, sha });
    }
    await project.deploy({ settings: { ...testSettings, max_previews: 2 } });
    expect((await project.wanted()).map((line) => line.split(" ")[0])).toEqual(["a", "b"]);
    const [refusal, ...more] = await historyOf(project);
    expect(more).toEqual([]);
    expect(refusal).toMatchObject({
      ...{ kind: "preview", branch: "c", branch_slug: "c", action: "deploy", status: "failure", reason: "limit" },
      deployed_by: project.userId,
    });
    expect(refusal?.message).toBe(
      "The project has 2 previews already, which is the limit: stop one of them or delete its branch, then start the pipeline of this branch again",
    );

    const again = await project.push("a", procfile);
    await project.pipeline({ branch: "a", sha: again });
    const main = await project.push("main", procfile);
    await project.pipeline({ branch: "main", sha: main });
    await project.deploy({ settings: { ...testSettings, max_previews: 2 } });
    expect(await project.wanted()).toContain(`a git:${again} #2`);
    expect(await project.wanted()).toContain(`production git:${main} #1`);

    const [first] = await rowsOf(project);
    await end(first?.id ?? "");
    const third = await project.push("c", procfile);
    await project.pipeline({ branch: "c", sha: third });
    await project.deploy({ settings: { ...testSettings, max_previews: 2 } });
    expect(await project.wanted()).toContain(`c git:${third} #1`);
  });

  test("and the time that previews are kept, count as somebody has set them from then on", async () => {
    using project = await scene();
    const rows = [
      { key: "max_previews", value: "1", updated_by: null },
      { key: "preview_ttl_hours", value: "3", updated_by: null },
    ];
    await base.store.db.insertInto("platform_settings").values(rows).execute();
    for (const branch of ["a", "b"]) await project.pipeline({ branch, sha: await project.push(branch, procfile) });
    await project.deploy();
    await base.store.db.deleteFrom("platform_settings").execute();
    expect(await rowsOf(project)).toMatchObject([{ branch: "a", ttl_hours: 3 }]);
    await project.pipeline({ branch: "b", sha: await project.push("b", procfile) });
    await project.deploy();
    expect(await rowsOf(project)).toMatchObject([{ branch: "a" }, { branch: "b", ttl_hours: 24 }]);
  });
});

describe("a branch that has been merged", () => {
  test("gets no preview until it is pushed to again", async () => {
    using project = await scene();
    const sha = await project.push("topic", procfile);
    const { db } = base.store;
    await db
      .insertInto("merge_requests")
      .values({
        ...{ project_id: project.projectId, number: 1, author_id: project.userId, title: "t", status: "merged" },
        ...{ source_branch: "topic", target_branch: "main", head_sha: sha },
      })
      .execute();
    await project.pipeline({ branch: "topic", sha });
    await project.deploy();
    expect(await project.wanted()).toEqual([]);
    const next = await project.push("topic", procfile);
    await project.pipeline({ branch: "topic", sha: next });
    await project.deploy();
    expect(await project.wanted()).toEqual([`topic git:${next} #1`]);
  });
});

test("platforms beside each other deploy each pipeline once", async () => {
  using project = await scene();
  const branches = Array.from({ length: 8 }, (_, index) => `b${index}`);
  const shas: string[] = [];
  for (const branch of branches) {
    const sha = await project.push(branch, procfile);
    shas.push(sha);
    for (const trigger of ["push", "api"] as const) await project.pipeline({ branch, sha, trigger });
  }
  await Promise.all([project.deploy(), project.deploy(), project.deploy()]);
  expect(await project.wanted()).toHaveLength(8);
  for (const [index, line] of (await project.wanted()).entries()) {
    // The second of its two may have come first.
    expect(line).toMatch(new RegExp(`^b${index} git:${shas[index]} #[12]$`));
  }
});

test("a repository that cannot be read is tried again later, and holds nobody else up", async () => {
  using broken = await scene();
  using other = await scene();
  const { db, repositories } = base.store;
  const pipeline = await broken.pipeline({ branch: "main", sha: "0".repeat(40), deploy: { image: "a" } });
  await db.updateTable("projects").set({ name: "broken" }).where("id", "=", broken.projectId).execute();
  const sha = await other.push("main", procfile);
  await other.pipeline({ branch: "main", sha });
  const missing = { directory: "/nowhere", of: () => ({ path: "/nowhere" }) };
  await broken.deploy({
    runsCommits: false,
    repositories: { ...missing, of: (id) => (id === broken.projectId ? missing.of() : repositories.of(id)) },
  });
  const row = await db.selectFrom("pipelines").where("id", "=", pipeline).selectAll().executeTakeFirstOrThrow();
  expect(row).toMatchObject({ deploy_checked_at: null, deploy_failures: 1 });
  expect(row.deploy_retry_at).not.toBeNull();
  const checked = await db
    .selectFrom("pipelines")
    .where("project_id", "=", other.projectId)
    .select("deploy_checked_at")
    .executeTakeFirst();
  expect(checked?.deploy_checked_at).not.toBeNull();
});
