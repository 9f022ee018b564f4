import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { postmasterPid } from "../../db/testing/sandbox.ts";
import { createFakeRuntime, type StepScript } from "../../runtime/fake/fake-runtime.ts";
import { StartError } from "../../runtime/runtime.ts";
import { cancelPipeline } from "../state/cancel-pipeline.ts";
import { retryPipeline } from "../state/retry-pipeline.ts";
import { openWorkScene, type WorkScene } from "./testing/work-scene.ts";

let scene: WorkScene;
let worker: { close(): Promise<void> } | undefined;
beforeAll(async () => {
  scene = await openWorkScene();
});
afterAll(() => scene[Symbol.asyncDispose]());

/** Starts a worker whose steps do what the scripts say, by their names; the one before it is closed. */
async function work(
  scripts: Readonly<Record<string, StepScript>> = {},
  settings: Partial<Parameters<WorkScene["startWorker"]>[0]> = {},
) {
  await worker?.close();
  const runtime = createFakeRuntime(({ name }) => scripts[name] ?? {});
  worker = scene.startWorker({ runtime, ...settings });
  return runtime;
}

/** Waits until it holds, however busy the machine is. */
const soon = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 20_000, interval: 10 });
const inTransaction = (change: (db: typeof scene.store.db) => Promise<unknown>) =>
  scene.store.db.transaction().execute(change);
const cancel = (id: string) => inTransaction((db) => cancelPipeline(db, id, { reason: "cancelled" }));
const retry = (id: string) => inTransaction((db) => retryPipeline(db, id));

describe("the course of a pipeline", () => {
  test("steps run by their dependencies, each once, and those without one between them side by side", async () => {
    const both = Promise.withResolvers<void>();
    const runtime = await work({ b: { until: both.promise }, c: { until: both.promise } });
    const id = await scene.addPipeline({
      steps: { a: {}, b: { depends_on: ["a"] }, c: { depends_on: ["a"] }, d: { depends_on: ["b", "c"] } },
    });
    await soon(() => expect(runtime.log.filter((line) => /^[bc] starts/.test(line))).toHaveLength(2));
    expect(await scene.look(id)).toBe("running: a=success b=running c=running d=pending");
    both.resolve();
    expect(await scene.ended(id)).toBe("success: a=success b=success c=success d=success");
    expect(runtime.log.filter((line) => line.endsWith("starts"))).toHaveLength(4);
    expect(runtime.violations).toEqual([]);
    const { exit_code, started_at, finished_at, attempt, claimed_by, log_ref } = await scene.step(id, "d");
    expect({ exit_code, attempt, claimed_by }).toEqual({ exit_code: 0, attempt: 1, claimed_by: null });
    expect(started_at !== null && finished_at !== null && finished_at >= started_at).toBe(true);
    expect(log_ref).toContain(`${id}/`);
  });

  test("no more steps run at the same time than it may", async () => {
    const held = Promise.withResolvers<void>();
    const runtime = await work({ a: { until: held.promise }, b: { until: held.promise } }, { maxSteps: 2 });
    const id = await scene.addPipeline({ steps: { a: {}, b: {}, c: {} } });
    await soon(() => expect(runtime.log).toContain("b starts"));
    expect(await scene.look(id)).toBe("running: a=running b=running c=pending");
    held.resolve();
    expect(await scene.ended(id)).toContain("success");
  });
});

describe.each<[string, StepScript, string, Partial<{ exit_code: number | null; message: string | null }>]>([
  ["succeeds", { prints: "hi\n" }, "success", { exit_code: 0, message: null }],
  ["fails", { exit: { exitCode: 3 } }, "failure/exit", { exit_code: 3, message: null }],
  [
    "is killed",
    { exit: { exitCode: null, signal: "SIGSEGV" } },
    "failure/exit",
    { message: "it was ended by SIGSEGV" },
  ],
  [
    "cannot be set up",
    { startError: new StartError("no such image") },
    "failure/start_failed",
    { message: "no such image" },
  ],
  [
    "is abandoned by its watch",
    { exit: { exitCode: null, signal: "SIGKILL", abandoned: true } },
    "failure/lost",
    { exit_code: null },
  ],
  [
    "has no image",
    { startError: new StartError("no such image", "image_pull") },
    "failure/image_pull",
    { message: "no such image" },
  ],
  [
    "runs out of memory",
    { exit: { exitCode: 137, disruption: { reason: "oom_killed", message: "too much" } } },
    "failure/oom_killed",
    { exit_code: 137, message: "too much" },
  ],
  [
    "cannot be prepared, three times",
    { startError: new Error("out of memory") },
    "failure/start_failed",
    { message: "it was tried 3 times: each time, the platform could not prepare it" },
  ],
])("a step that %s", (_, script, status, row) => {
  test.each(["success", "failure", "always"] as const)("before one that runs on %s", async (condition) => {
    const runtime = await work({ a: script });
    const when = { status: condition, branches: [], triggers: [] };
    const id = await scene.addPipeline({ steps: { a: {}, b: { depends_on: ["a"], when } } });
    const isSuccess = status === "success";
    const runs = condition === "always" || (condition === "success") === isSuccess;
    const skipped = condition === "success" ? "skipped/dependency_failed" : "skipped/condition";
    expect(await scene.ended(id)).toBe(
      `${isSuccess ? "success" : "failure"}: a=${status} b=${runs ? "success" : skipped}`,
    );
    expect(await scene.step(id, "a")).toMatchObject({ ...row, claimed_by: null, claim_expires_at: null });
    expect(runtime.violations).toEqual([]);
    // What it started is gone, whatever became of it.
    const count = (event: string) => runtime.log.filter((line) => line === `a ${event}`).length;
    await soon(() => expect(count("disposed")).toBe(count("starts")));
  });
});

test("several platforms share the work: a hundred pipelines end, no step is left out and none runs twice", async () => {
  await worker?.close();
  const runtimes = [createFakeRuntime(), createFakeRuntime(), createFakeRuntime()];
  const workers = runtimes.map((runtime) => scene.startWorker({ runtime, isAlone: false, maxSteps: 3 }));
  const steps = { a: {}, b: { depends_on: ["a"] }, c: { depends_on: ["b"] } };
  const ids = await Promise.all(Array.from({ length: 100 }, () => scene.addPipeline({ steps })));
  for (const id of ids) expect(await scene.ended(id)).toBe("success: a=success b=success c=success");
  const plans = runtimes.flatMap((runtime) => runtime.plans);
  expect(new Set(plans.map(({ stepId }) => stepId)).size).toBe(300);
  expect(plans).toHaveLength(300);
  expect(runtimes.flatMap(({ violations }) => violations)).toEqual([]);
  // None of them comes away empty.
  expect(runtimes.filter((runtime) => runtime.plans.length === 0)).toEqual([]);
  for (const each of workers) await each.close();
});

describe("what a step gets", () => {
  test("the environment of its pipeline, with what the definition adds", async () => {
    const runtime = await work();
    const id = await scene.addPipeline({
      branch: "feature/x",
      steps: { a: { environment: { CI: "false", MODE: "fast", PIPELINE_ID: "mine" }, commands: ["one", "two"] } },
    });
    await scene.ended(id);
    expect(runtime.plans[0]).toMatchObject({
      ...{
        name: "a",
        image: "alpine",
        commands: ["one", "two"],
        pipelineId: id,
        projectId: scene.projectId,
        attempt: 1,
      },
      environment: {
        CI: "false",
        MODE: "fast",
        PLATFORM_PROJECT_ID: scene.projectId,
        PLATFORM_PROJECT_NAME: "hello",
        PROJECT: "hello",
        PIPELINE_ID: id,
        STEP_NAME: "a",
        COMMIT_REF: "refs/heads/feature/x",
        COMMIT_BRANCH: "feature/x",
        COMMIT_SHA: "c".repeat(40),
      },
      source: { commit: "c".repeat(40) },
    });
  });

  test("what the steps before it left, near and far, after a failure too", async () => {
    const runtime = await work({
      a: { leaves: { out: "from a" }, exit: { exitCode: 1 } },
      c: { leaves: { report: "c" } },
    });
    const when = { status: "always" as const, branches: [], triggers: [] };
    const artifacts = ["out", "report"].map((path) => ({ name: path, path, expires_seconds: null }));
    const id = await scene.addPipeline({
      artifacts,
      steps: { a: {}, b: { depends_on: ["a"], when }, c: { depends_on: ["b"] }, d: { depends_on: ["b"] } },
    });
    expect(await scene.ended(id)).toBe("failure: a=failure/exit b=success c=success d=success");
    const inputsOf = (step: string) => runtime.plans.find(({ name }) => name === step)?.inputs.map(({ path }) => path);
    expect(["a", "b", "c", "d"].map(inputsOf)).toEqual([[], ["out"], ["out"], ["out"]]);
  });

  test("a log with what the platform says about it", async () => {
    await work({ a: { prints: "output\n", exit: { exitCode: null, signal: "SIGKILL" } } });
    const id = await scene.addPipeline({ steps: { a: {} } });
    await scene.ended(id);
    const log = await scene.logOf(id, "a");
    expect(log).toMatch(/pretends to run in alpine[\s\S]*output\n[\s\S]*it was ended by SIGKILL/);
  });
});

describe("what cannot be kept", () => {
  const artifacts = [{ name: "site", path: "out", expires_seconds: null }];

  test("an artifact: a step that succeeded has failed", async () => {
    await work({ a: { leaves: { out: new Error("it is gone") } } });
    const id = await scene.addPipeline({ artifacts, steps: { a: {} } });
    expect(await scene.ended(id)).toBe("failure: a=failure/not_stored");
    expect((await scene.step(id, "a")).message).toBe('its artifact "site" could not be kept: it is gone');
  });

  test("an artifact of a step that failed: it has failed for its own reason", async () => {
    await work({ a: { leaves: { out: new Error("it is gone") }, exit: { exitCode: 2 } } });
    const id = await scene.addPipeline({ artifacts, steps: { a: {} } });
    expect(await scene.ended(id)).toBe("failure: a=failure/exit");
  });

  test("a log that cannot be opened: nothing is started", async () => {
    const logs = { open: () => Promise.reject(new Error("ENOSPC")) };
    const runtime = await work({}, { services: { logs } });
    const id = await scene.addPipeline({ steps: { a: {} } });
    expect(await scene.ended(id)).toBe("failure: a=failure/not_stored");
    expect(await scene.step(id, "a")).toMatchObject({ log_ref: null, started_at: null });
    expect(runtime.plans).toEqual([]);
  });

  test("a part of a log: the step says so", async () => {
    const nothing = async () => {};
    const writer = {
      write: nothing,
      note: nothing,
      flush: async () => 0,
      close: nothing,
      failure: new Error("ENOSPC"),
    };
    await work({}, { services: { logs: { open: async () => writer } } });
    const id = await scene.addPipeline({ steps: { a: {} } });
    expect(await scene.ended(id)).toBe("success: a=success");
    expect((await scene.step(id, "a")).message).toBe("a part of its log could not be stored");
  });
});

describe("timeouts", () => {
  test.each<[string, StepScript]>([
    ["while it runs", { until: new Promise(() => {}), leaves: { out: "report" } }],
    ["while it is prepared", { prepared: new Promise(() => {}) }],
  ])("a step whose time is over %s", async (_, script) => {
    const runtime = await work({ a: script });
    const id = await scene.addPipeline({ steps: { a: { timeout_minutes: 0.002 } } });
    expect(await scene.ended(id)).toBe("failure: a=failure/timeout");
    expect((await scene.step(id, "a")).message).toBe("it was stopped after 0.002 minutes");
    expect(runtime.violations).toEqual([]);
  });
});

describe("cancelling", () => {
  test.each<[string, StepScript, string]>([
    ["that runs", { until: new Promise(() => {}) }, "starts"],
    ["that is prepared", { prepared: new Promise(() => {}) }, "prepares"],
  ])("a step %s ends it, without anybody asking for it", async (_, script, event) => {
    const runtime = await work({ a: script });
    const id = await scene.addPipeline({ steps: { a: {}, b: { depends_on: ["a"] } } });
    await soon(() => expect(runtime.log).toContain(`a ${event}`));
    expect(await cancel(id)).toBe(true);
    expect(await scene.look(id)).toBe("cancelled: a=skipped/cancelled b=skipped/cancelled");
    await soon(async () => expect((await scene.step(id, "a")).claimed_by).toBeNull());
    expect(await scene.look(id)).toBe("cancelled: a=skipped/cancelled b=skipped/cancelled");
    expect(await cancel(id)).toBe(false);
  });

  test("a step that ends by itself at that moment changes nothing any more", async () => {
    const held = Promise.withResolvers<void>();
    const runtime = await work({ a: { until: held.promise, ignoresStop: true } });
    const id = await scene.addPipeline({ steps: { a: {} } });
    await soon(() => expect(runtime.log).toContain("a starts"));
    await cancel(id);
    held.resolve();
    await soon(async () => expect((await scene.step(id, "a")).claimed_by).toBeNull());
    expect(await scene.look(id)).toBe("cancelled: a=skipped/cancelled");
  });

  test("of a deleted project: its pipelines are cancelled instead of run", async () => {
    const runtime = await work();
    const setActive = (is_active: boolean) =>
      scene.store.db.updateTable("projects").where("id", "=", scene.projectId).set({ is_active }).execute();
    await setActive(false);
    const id = await scene.addPipeline({ steps: { a: {} } });
    expect(await scene.ended(id)).toBe("cancelled: a=skipped/cancelled");
    await setActive(true);
    expect(runtime.plans).toEqual([]);
  });
});

describe("running again", () => {
  test("what did not succeed, with another attempt and log, until all has", async () => {
    const scripts: Record<string, StepScript> = { b: { exit: { exitCode: 1 } } };
    const runtime = await work(scripts);
    const id = await scene.addPipeline({ steps: { a: {}, b: { depends_on: ["a"] }, c: { depends_on: ["b"] } } });
    expect(await scene.ended(id)).toBe("failure: a=success b=failure/exit c=skipped/dependency_failed");
    const first = await scene.step(id, "b");
    scripts.b = {};
    await retry(id);
    expect(await scene.ended(id)).toBe("success: a=success b=success c=success");
    expect(runtime.plans.map(({ name }) => name)).toEqual(["a", "b", "b", "c"]);
    const second = await scene.step(id, "b");
    expect([first.attempt, second.attempt, second.exit_code]).toEqual([1, 2, 0]);
    expect(second.log_ref).not.toBe(first.log_ref);
    await expect(retry(id)).rejects.toThrow("every step has succeeded");
    const { run } = await scene.store.db
      .selectFrom("pipelines")
      .where("id", "=", id)
      .select("run")
      .executeTakeFirstOrThrow();
    expect(run).toBe(2);
  });

  test("not while it runs; after a cancel once what still runs of it has ended", async () => {
    const held = Promise.withResolvers<void>();
    const scripts: Record<string, StepScript> = { a: { until: held.promise, ignoresStop: true } };
    const runtime = await work(scripts);
    const id = await scene.addPipeline({ steps: { a: {} } });
    await soon(() => expect(runtime.log).toContain("a starts"));
    await expect(retry(id)).rejects.toThrow("the pipeline has not ended");
    await cancel(id);
    await soon(() => expect(runtime.log).toContain("a stopped"));
    await retry(id);
    scripts.a = {};
    expect(await scene.look(id)).toBe("pending: a=pending");
    expect(runtime.plans).toHaveLength(1);
    held.resolve();
    expect(await scene.ended(id)).toBe("success: a=success");
    expect(runtime.violations).toEqual([]);
  });

  test("not without steps", async () => {
    const { id } = await scene.store.db
      .insertInto("pipelines")
      .values({ project_id: scene.projectId, trigger: "push", git_ref: "x", status: "failure" })
      .returning("id")
      .executeTakeFirstOrThrow();
    await expect(retry(id)).rejects.toThrow("the pipeline has no steps");
  });
});

describe("closing", () => {
  test("ends what runs and says what to do; what has not started waits for the next platform", async () => {
    const never = { until: new Promise(() => {}) };
    const preparing = { prepared: new Promise(() => {}) };
    const runtime = await work({ a: never, b: preparing });
    const id = await scene.addPipeline({ steps: { a: {}, b: {}, c: { depends_on: ["b"] } } });
    await soon(() => expect(runtime.log).toEqual(expect.arrayContaining(["a starts", "b prepares"])));
    await worker?.close();
    expect(await scene.look(id)).toBe("running: a=failure/lost b=pending c=pending");
    expect((await scene.step(id, "a")).message).toBe(
      "the platform was stopped while it ran: retry the pipeline to run it again",
    );
    expect(await scene.step(id, "b")).toMatchObject({ claimed_by: null, started_at: null, lost_claims: 0 });
    expect(runtime.log).toContain("a disposed");
    await work();
    expect(await scene.ended(id)).toBe("failure: a=failure/lost b=success c=success");
  });
});

describe("platforms that went away", () => {
  /** Leaves a claim as a killed platform does. */
  async function claimedBySomebody(id: string, name: string, change: { started: boolean; expired: boolean }) {
    await sql`update pipeline_steps set status = 'running', claimed_by = gen_random_uuid(), attempt = attempt + 1,
      claim_expires_at = now() + make_interval(secs => ${change.expired ? -1 : 30}),
      started_at = case when ${change.started} then now() end
      where pipeline_id = ${id} and name = ${name}`.execute(scene.store.db);
  }

  test("whoever is alone takes all over at once: what had started is lost, what had not is run", async () => {
    await worker?.close();
    const id = await scene.addPipeline({ steps: { a: {}, b: {}, c: { depends_on: ["a"] } } });
    await claimedBySomebody(id, "a", { started: true, expired: false });
    await claimedBySomebody(id, "b", { started: false, expired: false });
    const runtime = await work();
    expect(await scene.ended(id)).toBe("failure: a=failure/lost b=success c=skipped/dependency_failed");
    expect((await scene.step(id, "a")).message).toBe(
      "the platform that ran it went away: retry the pipeline to run it again",
    );
    expect(runtime.plans.map(({ name }) => name)).toEqual(["b"]);
  });

  test("others wait until the claim has expired", async () => {
    await worker?.close();
    const id = await scene.addPipeline({ steps: { a: {}, b: {} } });
    await claimedBySomebody(id, "a", { started: true, expired: false });
    const runtime = await work({}, { isAlone: false, lease: 3_000 });
    await soon(() => expect(runtime.log).toContain("b disposed"));
    expect(await scene.look(id)).toBe("running: a=running b=success");
    await sql`update pipeline_steps set claim_expires_at = now() where pipeline_id = ${id} and name = 'a'`.execute(
      scene.store.db,
    );
    expect(await scene.ended(id)).toBe("failure: a=failure/lost b=success");
  });

  test("a step that is claimed and lost three times before it starts has failed", async () => {
    await worker?.close();
    const id = await scene.addPipeline({ steps: { a: {} } });
    await scene.store.db.updateTable("pipeline_steps").where("pipeline_id", "=", id).set({ lost_claims: 2 }).execute();
    await claimedBySomebody(id, "a", { started: false, expired: true });
    await work();
    expect(await scene.ended(id)).toBe("failure: a=failure/start_failed");
    expect((await scene.step(id, "a")).message).toBe(
      "it was tried 3 times: each time, the platform that was to run it went away",
    );
  });
});

describe("leases", () => {
  test("are extended for as long as a step runs, and shown to the runtime", async () => {
    const held = Promise.withResolvers<void>();
    const runtime = await work({ a: { until: held.promise } }, { lease: 3_000 });
    const id = await scene.addPipeline({ steps: { a: {} } });
    await soon(() => expect(runtime.log).toContain("a starts"));
    const { claim_expires_at: first } = await scene.step(id, "a");
    await soon(async () => expect((await scene.step(id, "a")).claim_expires_at).not.toBe(first));
    expect(runtime.log).toContain("a kept alive");
    held.resolve();
    expect(await scene.ended(id)).toBe("success: a=success");
  });

  test("a step that is somebody else's now ends at once, and nothing more is written about it", async () => {
    const never = { until: new Promise(() => {}), ignoresStop: true };
    const runtime = await work({ a: never }, { lease: 3_000, isAlone: false });
    const id = await scene.addPipeline({ steps: { a: {} } });
    await soon(() => expect(runtime.log).toContain("a starts"));
    await sql`update pipeline_steps set claimed_by = gen_random_uuid(), attempt = attempt + 1,
      claim_expires_at = now() + interval '1 hour' where pipeline_id = ${id}`.execute(scene.store.db);
    await soon(() => expect(runtime.log).toContain("a disposed"));
    expect(await scene.look(id)).toBe("running: a=running");
    await sql`update pipeline_steps set status = 'skipped', claimed_by = null where pipeline_id = ${id}`.execute(
      scene.store.db,
    );
  });

  test("a step whose claim cannot be extended ends before others may think it lost", async () => {
    const lease = 4_500;
    const runtime = await work({ a: { until: new Promise(() => {}), ignoresStop: true } }, { lease, isAlone: false });
    const id = await scene.addPipeline({ steps: { a: {} } });
    await soon(() => expect(runtime.log).toContain("a starts"));
    let expiresAt = Number.POSITIVE_INFINITY;
    await inTransaction(async (db) => {
      // Nothing can be read or written, as when the database is out of reach.
      await sql`lock table pipeline_steps in access exclusive mode`.execute(db);
      const { claim_expires_at } = await db
        .selectFrom("pipeline_steps")
        .where("pipeline_id", "=", id)
        .select("claim_expires_at")
        .executeTakeFirstOrThrow();
      expiresAt = Date.parse(claim_expires_at ?? "");
      await soon(() => expect(runtime.log).toContain("a exits"));
      expect(Date.now()).toBeLessThan(expiresAt);
    });
    expect(await scene.ended(id)).toBe("failure: a=failure/lost");
    expect(runtime.log).not.toContain("a stopped");
  });

  test("an outcome is recorded when the database is back", async () => {
    const held = Promise.withResolvers<void>();
    const runtime = await work({ a: { until: held.promise } });
    const id = await scene.addPipeline({ steps: { a: {}, b: { depends_on: ["a"] } } });
    await soon(() => expect(runtime.log).toContain("a starts"));
    process.kill(await postmasterPid(scene.dataDirectory), "SIGKILL");
    held.resolve();
    await soon(() => expect(runtime.log).toContain("a exits"));
    await soon(async () => expect(await scene.look(id)).toBe("success: a=success b=success"));
    expect(runtime.violations).toEqual([]);
  });
});
