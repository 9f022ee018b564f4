import { execFile } from "node:child_process";
import { randomInt } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";
import { addPipeline } from "./testing/add-pipeline.ts";
import { PushedProject } from "./testing/pushed-project.ts";

const run = promisify(execFile);

/** Pipelines as a user sees them: pushed with git, run as processes, looked at through the API. */
let platform: TestPlatform;
let project: PushedProject;
/** Outside the work trees, where steps leave traces. */
let outside: string;
let count = 0;
beforeAll(async () => {
  platform = await startTestPlatform();
  outside = await mkdtemp(join(tmpdir(), "steps-"));
});
afterAll(async () => {
  await platform.close();
  await rm(outside, { recursive: true, force: true });
});
afterEach(() => project[Symbol.dispose]());

async function newProject() {
  project = await PushedProject.create(platform, `pipelines-${++count}`);
}

const words = (steps: readonly { name: string; status: string; reason?: string | null | undefined }[]) =>
  steps.map(({ name, status, reason }) => [name, status, ...(reason ? [reason] : [])].join(" "));

/** A definition of steps, each with its lines. */
const definition = (steps: Readonly<Record<string, string>>, more = "") =>
  `pipeline:\n${more}  steps:\n${Object.entries(steps)
    .map(([name, lines]) => `    - name: ${name}\n      image: alpine\n${lines.replaceAll(/^/gm, "      ")}`)
    .join("\n")}\n`;

test("a push runs its steps in its commit, in the order of their dependencies, with what they left for each other", async () => {
  await newProject();
  const id = await project.push(
    definition(
      {
        build: 'commands: ["mkdir -p out/deep", "cp file out/deep/file", "echo $COMMIT_BRANCH > out/branch"]',
        test: "depends_on: [build]\ncommands: [cat out/deep/file out/branch, pwd]",
        lint: 'commands: ["test ! -e out", "echo $MODE $CI"]\nenvironment: {MODE: strict}',
      },
      "  artifacts: [{name: site, path: out}]\n",
    ),
    "feature/x",
  );
  const { status, steps, commit_sha, started_at, finished_at, run } = await project.ended(id);
  expect(words(steps)).toEqual(["build success", "test success", "lint success"]);
  expect({ status, run, commit_sha }).toEqual({
    ...{ status: "success", run: 1, commit_sha: await project.tree.git("rev-parse", "HEAD") },
  });
  expect(started_at && finished_at && started_at <= finished_at).toBe(true);
  const logs = await Promise.all(steps.map((step) => project.text(`pipelines/${id}/steps/${step.id}/logs`)));
  expect(logs[1]).toContain(`${await readFile(join(project.tree.path, "file"), "utf8")}feature/x\n`);
  expect(logs[2]).toContain("strict true\n");
  const { body: artifacts } = await project.send("GET", `pipelines/${id}/artifacts`);
  expect(artifacts).toMatchObject([{ name: "site", path: "out", step_name: "build" }]);
});

test("a failure is shown with its exit code; what comes after it is skipped, or told of it", async () => {
  await newProject();
  const id = await project.push(
    definition({
      test: 'commands: ["echo all well >&2", "exit 7", "echo never"]',
      deploy: "depends_on: [test]\ncommands: [echo never]",
      tell: 'when: {status: failure}\ncommands: ["echo failed"]',
    }),
  );
  const { status, steps } = await project.ended(id);
  expect([status, ...words(steps)]).toEqual([
    ...["failure", "test failure exit", "deploy skipped dependency_failed", "tell success"],
  ]);
  expect(steps[0]).toMatchObject({ exit_code: 7, message: null });
  expect(steps[1]).toMatchObject({ message: '"test" failed', started_at: null });
  const log = await project.text(`pipelines/${id}/steps/${steps[0]?.id}/logs`);
  expect([log.includes("all well"), log.includes("never")]).toEqual([true, false]);
});

test("steps without a dependency between them run at the same time", async () => {
  await newProject();
  const file = (name: string) => join(outside, `${count}-${name}`);
  // Each waits for the other.
  const meet = (mine: string, other: string) =>
    `commands: ["touch ${file(mine)}", "while ! test -e ${file(other)}; do sleep 0.05; done"]`;
  const id = await project.push(definition({ a: meet("a", "b"), b: meet("b", "a") }));
  expect((await project.ended(id)).status).toBe("success");
});

test("cancelling ends the processes, and the pipeline stays cancelled; another retry runs it to its end", async () => {
  await newProject();
  const flag = join(outside, `${count}-flag`);
  // By which its process is found: ids of processes are others inside and outside of where it runs.
  const seconds = 10_000_000 + randomInt(80_000_000);
  const isRunning = async () => (await run("ps", ["-eo", "args"])).stdout.includes(`sleep ${seconds}`);
  const id = await project.push(
    definition({
      wait: `commands: ["test -e ${flag} || sleep ${seconds}"]`,
      after: "depends_on: [wait]\ncommands: [echo after]",
    }),
  );
  await vi.waitFor(async () => expect(await isRunning()).toBe(true), { timeout: 20_000 });
  expect((await project.send("POST", `pipelines/${id}/retry`)).status).toBe(409);
  expect((await project.send("POST", `pipelines/${id}/cancel`)).body).toEqual({ ok: true });
  const { status, steps } = await project.pipeline(id);
  expect([status, ...words(steps)]).toEqual(["cancelled", "wait skipped cancelled", "after skipped cancelled"]);
  await vi.waitFor(async () => expect(await isRunning()).toBe(false), { timeout: 20_000 });
  expect((await project.send("POST", `pipelines/${id}/cancel`)).status).toBe(200);
  expect((await project.pipeline(id)).status).toBe("cancelled");

  await writeFile(flag, "");
  const retried = await project.send("POST", `pipelines/${id}/retry`);
  expect([retried.status, retried.body.run]).toEqual([200, 2]);
  const after = await project.ended(id);
  expect([after.status, ...words(after.steps)]).toEqual(["success", "wait success", "after success"]);
  expect(after.steps.map(({ attempt }) => attempt)).toEqual([2, 1]);
  expect((await project.send("POST", `pipelines/${id}/retry`)).body.error).toContain("every step has succeeded");
  const actions = await platform.db
    .selectFrom("audit_log")
    .where("resource_id", "=", id)
    .orderBy("id")
    .select(["action", "after"])
    .execute();
  expect(actions.map(({ action }) => action.split("/").at(-1))).toEqual(["cancel", "cancel", "retry"]);
});

test("a newer push takes the place of the pipelines of its branch where that is asked for", async () => {
  await newProject();
  const concurrency = "  concurrency: cancel_previous\n";
  const first = await project.push(definition({ a: "commands: [sleep 1000]" }, concurrency));
  await project.started(first, "a");
  const second = await project.push(definition({ a: "commands: [echo]" }, concurrency));
  const replaced = await project.ended(first);
  expect([replaced.status, replaced.reason, ...words(replaced.steps)]).toEqual([
    ...["cancelled", "superseded", "a skipped superseded"],
  ]);
  expect((await project.ended(second)).status).toBe("success");
});

test("secrets are in the environment and not in the log; what the definition sets wins", async () => {
  await newProject();
  for (const [name, value] of [
    ["TOKEN", "s3cr3t-value-of-a-token"],
    ["MODE", "secret-mode"],
  ]) {
    const body = { name, value, scope: "pipeline" };
    expect((await project.send("POST", "secrets", body)).status).toBe(201);
  }
  const id = await project.push(
    definition({
      a: 'environment: {MODE: open}\ncommands: ["echo $MODE $TOKEN", "test $TOKEN = s3cr3t-value-of-a-token"]',
    }),
  );
  const { status, steps } = await project.ended(id);
  expect(status).toBe("success");
  const log = await project.text(`pipelines/${id}/steps/${steps[0]?.id}/logs`);
  expect(log).toContain("open ");
  expect(log).not.toContain("s3cr3t-value");
});

test("a step whose time is over is ended, and says so", async () => {
  await newProject();
  const commitSha = await project.pushed("others");
  const steps = { a: { commands: ["echo waiting", "sleep 1000"], timeout_minutes: 0.01 } };
  const id = await addPipeline(platform.db, { projectId: project.id, commitSha, steps });
  const { status, steps: after } = await project.ended(id);
  expect([status, ...words(after)]).toEqual(["failure", "a failure timeout"]);
  expect(await project.text(`pipelines/${id}/steps/${after[0]?.id}/logs`)).toMatch(/waiting[\s\S]*stopped after/);
});

test("a command that does not exist is its step's failure", async () => {
  await newProject();
  const id = await project.push(definition({ a: "commands: [there-is-no-such-command]" }));
  const { steps } = await project.ended(id);
  expect(steps[0]).toMatchObject({ status: "failure", exit_code: 127, reason: "exit" });
});

test("a deleted project's pipelines are cancelled", async () => {
  await newProject();
  const id = await project.push(definition({ a: "commands: [sleep 1000]" }));
  await project.started(id, "a");
  const admin = await platform.token({ user: "admin" });
  expect((await platform.send("DELETE", `/api/projects/${project.id}`, admin)).status).toBe(200);
  const row = () => platform.db.selectFrom("pipeline_steps").where("pipeline_id", "=", id).selectAll().execute();
  await vi.waitFor(async () => expect(await row()).toMatchObject([{ status: "skipped", claimed_by: null }]), {
    timeout: 20_000,
  });
});
