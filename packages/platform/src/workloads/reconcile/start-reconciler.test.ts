import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { WorkloadRow } from "../../db/schema.ts";
import {
  createFakeWorkloads,
  type FakeWorkloads,
  type FakeWorkloadsOptions,
  type FakeWorld,
} from "../../runtime/fake/fake-workloads.ts";
import { WorkloadError } from "../../runtime/workload.ts";
import { openWorkloadScene, type WorkloadScene } from "../testing/workload-scene.ts";

let scene: WorkloadScene;
beforeAll(async () => {
  scene = await openWorkloadScene();
});
afterAll(() => scene[Symbol.asyncDispose]());

const is = (status: WorkloadRow["current_status"]) => (row: WorkloadRow | undefined) =>
  row?.current_status === status && row.observed_generation === row.generation;
const isGone = (row: WorkloadRow | undefined) => row === undefined;

/** A reconciler whose runtime does as these options say, until the test ends. */
async function running(options: FakeWorkloadsOptions = {}, settings: { readonly lease?: number } = {}) {
  const workloads = createFakeWorkloads(options);
  const { close } = await scene.start({ workloads, ...settings });
  return { workloads, close, [Symbol.asyncDispose]: close };
}

describe.each([{ isOwn: true }, { isOwn: false }])("with %j", ({ isOwn }) => {
  /** What the runtime does with a workload, by its label: each test has one of its own. */
  const behaviours = new Map<string, Pick<FakeWorkloadsOptions, "prepare" | "stateOf" | "end">>();
  let reconciler: Awaited<ReturnType<typeof running>>;
  let workloads: FakeWorkloads;
  let world: FakeWorld;
  beforeAll(async () => {
    reconciler = await running({
      isOwn,
      prepare: (plan) => behaviours.get(plan.label)?.prepare?.(plan),
      stateOf: (plan) => behaviours.get(plan.label)?.stateOf?.(plan),
      end: (name) => behaviours.get(name.label)?.end?.(name),
    });
    ({ workloads } = reconciler);
    ({ world } = workloads);
  });
  afterAll(async () => {
    await reconciler.close();
    expect(workloads.violations).toEqual([]);
  });

  async function remove(id: string): Promise<void> {
    await scene.end(id);
    await scene.until(id, isGone);
    expect(world.has(id)).toBe(false);
  }

  test.concurrent("what is wanted runs, changes, stops, and is gone", async () => {
    const id = await scene.addPreview("life");
    expect(await scene.until(id, is("healthy"))).toMatchObject({
      url: "http://life.test/",
      deployed_at: expect.any(String),
    });
    await scene.change(id, { image_ref: "an-image:2" });
    await scene.until(id, is("healthy"));
    expect(world.get(id)).toMatchObject({ generation: 2 });
    await scene.change(id, { desired_status: "stopped", action: "stop" });
    expect(await scene.until(id, is("stopped"))).toMatchObject({ url: null });
    expect(world.has(id)).toBe(false);
    await scene.change(id, { desired_status: "active", action: "rollback" });
    await scene.until(id, is("healthy"));
    await remove(id);
    expect(await scene.history(id)).toEqual([
      ...["1 deploy success", "2 deploy success", "3 stop success", "4 rollback success", "5 stop success merged"],
    ]);
  });

  test.concurrent("what vanishes is brought back, without another success", async ({ expect }) => {
    const id = await scene.addPreview("drift");
    await scene.until(id, is("healthy"));
    world.delete(id);
    workloads.tell(id);
    await expect.poll(() => workloads.log.filter((line) => line === "drift applied 1").length).toBe(2);
    await scene.until(id, is("healthy"));
    expect(await scene.history(id)).toEqual(["1 deploy success"]);
    await remove(id);
  });

  test.concurrent("what is ready no more is said to be, and once it is, without another success", async () => {
    const id = await scene.addPreview("degraded");
    await scene.until(id, is("healthy"));
    behaviours.set("degraded", { stateOf: () => ({ status: "failing", reason: "crash_loop", message: "exit 1" }) });
    workloads.tell(id);
    expect(await scene.until(id, is("degraded"))).toMatchObject({
      reason: "crash_loop",
      message: "exit 1",
      failures: 0,
    });
    behaviours.delete("degraded");
    workloads.tell(id);
    expect(await scene.until(id, is("healthy"))).toMatchObject({ reason: null, message: null });
    expect(await scene.history(id)).toEqual(["1 deploy success"]);
    await remove(id);
  });

  test.concurrent("an attempt that hangs is given up for what is wanted next", async () => {
    const prepare = async ({ imageRef }: { readonly imageRef: string }) => {
      if (imageRef === "hangs") await new Promise(() => {});
    };
    behaviours.set("supersede", { prepare });
    const id = await scene.addPreview("supersede", { image_ref: "hangs" });
    await scene.until(id, is("syncing"));
    await scene.change(id, { image_ref: "works" });
    await scene.until(id, is("healthy"));
    await scene.change(id, { image_ref: "hangs" });
    await scene.until(id, is("syncing"));
    await remove(id);
    expect(await scene.history(id)).toEqual(["2 deploy success", "4 stop success merged"]);
  });

  test.concurrent("each failure is recorded once, and tried again later", async () => {
    const errors = [new WorkloadError("image_pull", "no such image"), new Error("unexpected")];
    const prepare = async () => {
      const error = errors.shift();
      if (error !== undefined) throw error;
    };
    behaviours.set("failures", { prepare });
    const id = await scene.addPreview("failures");
    const first = await scene.until(id, is("failed"));
    expect(first).toMatchObject({ reason: "image_pull", message: "no such image", failures: 1, stalled: false });
    expect(Date.parse(first?.next_attempt_at ?? "")).toBeGreaterThan(Date.parse(first?.last_transition_at ?? ""));
    const message = "an error of the platform, which its log tells of";
    expect(await scene.until(id, (row) => row?.failures === 2)).toMatchObject({ reason: "start_failed", message });
    await scene.change(id, {});
    expect(await scene.until(id, is("healthy"))).toMatchObject({ failures: 0, next_attempt_at: null });
    const failures = ["1 deploy failure image_pull", "1 deploy failure start_failed"];
    expect(await scene.history(id)).toEqual([...failures, "2 deploy success"]);
    await remove(id);
  });

  test.concurrent("whatever a workload prints, the reason is recorded with what a reader needs of it", async () => {
    const text = `the process ended:\n${"x".repeat(100_000)}\0\ud800 the last words`;
    behaviours.set("talks", { stateOf: () => ({ status: "failing", reason: "crash_loop", message: text }) });
    const id = await scene.addPreview("talks");
    const row = await scene.until(id, is("failed"));
    expect(row).toMatchObject({ reason: "crash_loop", message: expect.stringMatching(/^the process ended:\nx/) });
    expect(row?.message).toMatch(/x\ufffd the last words$/);
    expect(row?.message?.length).toBeLessThan(10_000);
    await scene.change(id, { image_ref: "cannot be had" });
    behaviours.set("talks", { prepare: () => Promise.reject(new WorkloadError("refused", text)) });
    await scene.until(id, (found) => found?.reason === "refused");
    behaviours.delete("talks");
    await remove(id);
  });

  test.concurrent("what cannot succeed is not tried again, until something else is wanted", async () => {
    let attempts = 0;
    const prepare = async () => {
      attempts += 1;
      throw new WorkloadError("no_command", "no Procfile", { isFinal: true });
    };
    behaviours.set("hopeless", { prepare });
    const id = await scene.addPreview("hopeless");
    const hopeless = { reason: "no_command", stalled: true, next_attempt_at: null };
    expect(await scene.until(id, is("failed"))).toMatchObject(hopeless);
    workloads.tell(id);
    // Whatever would be looked at now is, before this one.
    const other = await scene.addPreview("hopeless-beside");
    await scene.until(other, is("healthy"));
    expect(attempts).toBe(1);
    behaviours.delete("hopeless");
    await scene.change(id, {});
    await scene.until(id, is("healthy"));
    expect(await scene.history(id)).toEqual(["1 deploy failure no_command", "2 deploy success"]);
    await Promise.all([id, other].map(remove));
  });

  test.concurrent("what cannot be removed is removed later", async () => {
    const outcomes = [new WorkloadError("refused", "the cluster says no"), true];
    const end = () => {
      const outcome = outcomes.shift() ?? true;
      if (outcome instanceof Error) throw outcome;
      return outcome;
    };
    behaviours.set("removal", { end });
    const id = await scene.addPreview("removal");
    await scene.until(id, is("healthy"));
    await remove(id);
    expect(await scene.history(id)).toEqual(["1 deploy success", "2 stop failure refused", "2 stop success merged"]);
  });

  test.concurrent("what is being removed and is wanted again is there", async ({ expect }) => {
    behaviours.set("revived", { end: () => false });
    const id = await scene.addPreview("revived");
    await scene.until(id, is("healthy"));
    await scene.end(id);
    await expect.poll(() => workloads.log).toContain("revived removed");
    expect(await scene.addPreview("revived")).toBe(id);
    expect(await scene.until(id, is("healthy"))).toMatchObject({ generation: 3, removal_reason: null });
    behaviours.delete("revived");
    await remove(id);
  });
});

test.each([{ isOwn: true }, { isOwn: false }])(
  "the next platform goes on, without another success: %j",
  async ({ isOwn }) => {
    const first = await running({ isOwn });
    const label = `handed-over-${isOwn}`;
    const id = await scene.addPreview(label);
    await scene.until(id, is("healthy"));
    await first.close();
    expect(first.workloads.world.has(id)).toBe(!isOwn);
    const told = isOwn ? { current_status: "degraded", reason: "gone" } : { current_status: "healthy", reason: null };
    expect(await scene.row(id)).toMatchObject({ claimed_by: null, status: "pending", ...told });
    await using second = await running({ isOwn, world: first.workloads.world });
    if (isOwn) await expect.poll(() => second.workloads.log).toContain(`${label} applied 1`);
    else second.workloads.tell(id);
    await expect.poll(() => second.workloads.looks).toBeGreaterThan(0);
    await scene.until(id, is("healthy"));
    await scene.end(id);
    await scene.until(id, isGone);
    expect(await scene.history(id)).toEqual(["1 deploy success", "2 stop success merged"]);
    expect(second.workloads.violations).toEqual([]);
  },
);

test("what runs in a process that has lost its claim is ended there", async () => {
  await using reconciler = await running({ isOwn: true }, { lease: 600 });
  const { world } = reconciler.workloads;
  const id = await scene.addPreview("lost-claim");
  await scene.until(id, is("healthy"));
  const claimed = await scene.row(id);
  await scene.store.db
    .updateTable("workloads")
    .where("id", "=", id)
    .set({ claimed_by: randomUUID(), claim_expires_at: "infinity", attempt: 99 })
    .execute();
  await expect.poll(() => world.has(id)).toBe(false);
  expect(reconciler.workloads.log).toContain("lost-claim stopped at once");
  expect(claimed?.status).toBe("running");
  await scene.store.db.deleteFrom("workloads").where("id", "=", id).execute();
});

test("what runs for nothing is removed; what has just been made is left alone", async () => {
  const workloads = createFakeWorkloads();
  const stray = randomUUID();
  workloads.world.set(stray, { generation: 1, owner: {} });
  const { close } = await scene.start({ workloads });
  await expect.poll(() => workloads.world.has(stray)).toBe(false);
  const id = await scene.addPreview("just-made");
  await scene.until(id, is("healthy"));
  await scene.end(id);
  await scene.until(id, isGone);
  await close();
});

test("environment and secrets: what the platform knows, and what is for everything", async () => {
  await using reconciler = await running();
  const id = await scene.addPreview("feature/environment", { image_ref: `git:${"a".repeat(40)}` });
  await scene.until(id, is("healthy"));
  expect(reconciler.workloads.plans.at(-1)).toMatchObject({
    ...{ projectLabel: "hello", label: "feature-environment", imageRef: `git:${"a".repeat(40)}`, secrets: {} },
    environment: {
      ...{ PLATFORM_ENVIRONMENT: "preview", PLATFORM_PROJECT_NAME: "hello", PLATFORM_PROJECT_ID: scene.projectId },
      ...{ COMMIT_SHA: "a".repeat(40), BRANCH: "feature/environment" },
    },
  });
  await scene.end(id);
  await scene.until(id, isGone);
});
