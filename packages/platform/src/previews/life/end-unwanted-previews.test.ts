import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { DeployScene } from "../../deployments/from-pipeline/testing/deploy-scene.ts";
import { openWorkloadScene, type WorkloadScene } from "../../workloads/testing/workload-scene.ts";
import { endUnwantedPreviews } from "./end-unwanted-previews.ts";

let base: WorkloadScene;
let project: DeployScene;
beforeAll(async () => {
  base = await openWorkloadScene();
});
afterAll(() => base[Symbol.asyncDispose]());
beforeEach(async ({ onTestFinished }) => {
  const scene = await DeployScene.create(base.store);
  onTestFinished(() => scene[Symbol.dispose]());
  project = scene;
});

const db = () => base.store.db;

/** Pushes branches whose pipelines succeed, and has them deployed; gives the commits. */
async function deployed(...branches: readonly string[]): Promise<readonly string[]> {
  const commits: string[] = [];
  for (const branch of branches) {
    const sha = await project.push(branch, { Procfile: "web: ./serve\n" });
    await project.pipeline({ branch, sha });
    commits.push(sha);
  }
  await project.deploy();
  return commits;
}

/** What is there, each with the reason for which it ends, if it does. */
async function reasons() {
  const rows = await db()
    .selectFrom("workloads")
    .where("project_id", "=", project.projectId)
    .select(["label", "removal_reason", "desired_status", "action", "current_status"])
    .execute();
  for (const { removal_reason, ...row } of rows) {
    if (removal_reason !== null)
      expect(row).toMatchObject({ desired_status: "stopped", action: "stop", current_status: "pending" });
  }
  return Object.fromEntries(rows.map(({ label, removal_reason }) => [label, removal_reason]));
}

/** Lets so many hours pass for the project: all that has happened is so much longer ago. */
async function later(hours: number): Promise<void> {
  const ago = sql`make_interval(hours => ${hours})`;
  await sql`update workloads set expires_at = expires_at - ${ago} where project_id = ${project.projectId}`.execute(
    db(),
  );
  await sql`
    update ref_updates set recorded_at = recorded_at - ${ago} where project_id = ${project.projectId}`.execute(db());
}

const merged = (source: string, target: string, head: string | undefined, number = 1) =>
  db()
    .insertInto("merge_requests")
    .values({
      ...{ project_id: project.projectId, number, author_id: project.userId, title: "t", status: "merged" },
      ...{ source_branch: source, target_branch: target, head_sha: head ?? null },
    })
    .execute();

test("what is wanted stays", async () => {
  await deployed("main", "topic");
  expect(await endUnwantedPreviews(db())).toBe(0);
  expect(await reasons()).toEqual({ production: null, topic: null });
});

test("a preview of a branch that is gone ends, and the deployment of the default branch does not", async () => {
  await deployed("main", "topic", "other");
  await project.remove("topic");
  await project.remove("main");
  expect(await endUnwantedPreviews(db())).toBe(1);
  expect(await endUnwantedPreviews(db())).toBe(0);
  expect(await reasons()).toEqual({ production: null, topic: "branch_deleted", other: null });
});

test("a preview ends when its branch is merged into the default branch, unless it has gone on since", async () => {
  const [, topic, stacked, reused] = await deployed("main", "topic", "stacked", "reused");
  await merged("topic", "main", topic, 1);
  await merged("stacked", "topic", stacked, 2);
  await merged("reused", "main", reused, 3);
  await project.push("reused");
  expect(await endUnwantedPreviews(db())).toBe(1);
  expect(await reasons()).toEqual({ production: null, topic: "merged", stacked: null, reused: null });
});

test("a preview of what has become the default branch ends", async () => {
  await deployed("topic");
  await db().updateTable("projects").set({ default_branch: "topic" }).where("id", "=", project.projectId).execute();
  await endUnwantedPreviews(db());
  expect(await reasons()).toEqual({ topic: "merged" });
});

test("a preview ends when its time is over, counted from the last push of its branch", async () => {
  await deployed("main", "left", "pushed", "extended");
  await db()
    .updateTable("workloads")
    .where("label", "=", "extended")
    .where("project_id", "=", project.projectId)
    .set({ expires_at: sql<string>`now() + interval '72 hours'`, ttl_hours: 72 })
    .execute();
  await later(23);
  expect(await endUnwantedPreviews(db())).toBe(0);
  await project.push("pushed");
  await later(2);
  expect(await endUnwantedPreviews(db())).toBe(1);
  expect(await reasons()).toEqual({ production: null, left: "expired", pushed: null, extended: null });
  const { expires_at } = await db()
    .selectFrom("workloads")
    .where("project_id", "=", project.projectId)
    .where("label", "=", "pushed")
    .select("expires_at")
    .executeTakeFirstOrThrow();
  const hours = (Date.parse(expires_at ?? "") - Date.now()) / 3_600_000;
  expect(hours).toBeGreaterThan(21.5);
  expect(hours).toBeLessThanOrEqual(22.1);
  await later(23);
  await endUnwantedPreviews(db());
  expect(await reasons()).toMatchObject({ pushed: "expired", extended: null });
});

test("a preview that somebody keeps for a shorter time is not kept longer for an earlier push", async () => {
  await deployed("topic");
  await db()
    .updateTable("workloads")
    .where("project_id", "=", project.projectId)
    .set({ expires_at: sql<string>`now() + interval '1 hour'`, ttl_hours: 1 })
    .execute();
  await endUnwantedPreviews(db());
  await later(2);
  await endUnwantedPreviews(db());
  expect(await reasons()).toEqual({ topic: "expired" });
});

test("all that runs for a deleted project ends", async () => {
  await deployed("main", "topic");
  await db().updateTable("projects").set({ is_active: false }).where("id", "=", project.projectId).execute();
  expect(await endUnwantedPreviews(db())).toBe(2);
  expect(await reasons()).toEqual({ production: "project_deleted", topic: "project_deleted" });
});

test("two platforms that look at once end each preview once", async () => {
  const branches = Array.from({ length: 10 }, (_, index) => `b${index}`);
  await deployed(...branches);
  for (const branch of branches) await project.remove(branch);
  const ended = await Promise.all([1, 2, 3].map(() => endUnwantedPreviews(db())));
  expect(ended.reduce((sum, count) => sum + count)).toBe(10);
  const generations = await db()
    .selectFrom("workloads")
    .where("project_id", "=", project.projectId)
    .select("generation")
    .distinct()
    .execute();
  expect(generations).toEqual([{ generation: 2 }]);
});
