import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { layoutOf } from "../db/embedded/layout.ts";
import { readPostmasterFile } from "../db/embedded/server.ts";
import { type OpenDatabase, openDatabase } from "../db/open.ts";
import { WorkTree } from "../git/testing/work-tree.ts";
import { retryPipeline } from "./state/retry-pipeline.ts";
import { addPipeline } from "./testing/add-pipeline.ts";
import { PlatformProcess } from "./testing/platform-process.ts";
import { overlaps, readTrace, tracedCommands } from "./testing/traced-step.ts";

/** Two platforms in processes of their own, on one PostgreSQL server and one data directory. */
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const run = promisify(execFile);

/** How long a claim lasts, in milliseconds; a step that is not shown alive ends by itself after two thirds of it. */
const lease = 6_000;

let root: string;
let server: OpenDatabase;
/** The database that both use. */
let shared: OpenDatabase;
let env: Record<string, string>;
let projectId: string;
let commitSha: string;
/** What the steps have written. */
let trace: string;
const platforms: PlatformProcess[] = [];
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "two-platforms-"));
  trace = join(root, "trace");
  server = await openDatabase({ url: undefined, dataDirectory: join(root, "server") });
  await server.pool.query("create role operator login password 'secret'");
  await server.pool.query("create database shared owner operator");
  const { socketDirectory } = (await readPostmasterFile(layoutOf(join(root, "server")))) ?? {};
  const url = `postgres://operator:secret@/shared?host=${socketDirectory}`;
  env = {
    PLATFORM_LISTEN: "127.0.0.1:0",
    PLATFORM_DATA: join(root, "data"),
    DATABASE_URL: url,
    PLATFORM_LOG_LEVEL: "fatal",
    PLATFORM_MAX_STEPS: "2",
  };
  platforms.push(await PlatformProcess.start(env, lease));
  shared = await openDatabase({ url, dataDirectory: join(root, "data") });
  await addProject();
});
afterAll(async () => {
  for (const platform of platforms) await platform.close();
  await shared.close();
  await server.close();
  await rm(root, { recursive: true, force: true });
});

async function addProject() {
  const { db } = shared;
  const admin = await db.selectFrom("users").where("name", "=", "admin").select("id").executeTakeFirstOrThrow();
  const row = { owner_id: admin.id, name: "shared" };
  projectId = (await db.insertInto("projects").values(row).returning("id").executeTakeFirstOrThrow()).id;
  using tree = await WorkTree.create();
  commitSha = await tree.git("rev-parse", "HEAD");
  await run("git", ["clone", "--quiet", "--bare", tree.path, join(root, "data", "repositories", `${projectId}.git`)]);
}

/** Starts platforms until two serve. */
async function both(): Promise<readonly [PlatformProcess, PlatformProcess]> {
  while (platforms.length < 2) platforms.push(await PlatformProcess.start(env, lease));
  const [first, second] = platforms;
  if (first === undefined || second === undefined) throw new Error("there are two");
  return [first, second];
}

async function addPipelines(count: number, ticks: number): Promise<readonly string[]> {
  const commands = tracedCommands(trace, { ticks });
  const steps = { a: { commands }, b: { commands, depends_on: ["a"] } };
  return await Promise.all(
    Array.from({ length: count }, () => addPipeline(shared.db, { projectId, commitSha, steps })),
  );
}

const statusOf = async (id: string) =>
  (await shared.db.selectFrom("pipelines").where("id", "=", id).select("status").executeTakeFirstOrThrow()).status;
const stepsOf = async (ids: readonly string[]) =>
  await shared.db.selectFrom("pipeline_steps").where("pipeline_id", "in", ids).selectAll().execute();
const runningBy = async (ids: readonly string[]) => {
  const running = (await stepsOf(ids)).filter(({ status, started_at }) => status === "running" && started_at !== null);
  return new Set(running.map(({ claimed_by }) => claimed_by));
};

async function allEnded(ids: readonly string[]) {
  await vi.waitFor(
    async () => {
      const statuses = await Promise.all(ids.map(statusOf));
      expect(statuses.filter((status) => status === "pending" || status === "running")).toEqual([]);
    },
    { timeout: 60_000, interval: 100 },
  );
}

/** Runs again what was lost, until every pipeline has succeeded. */
async function succeedInTheEnd(ids: readonly string[]) {
  await allEnded(ids);
  for (const { reason, status } of await stepsOf(ids)) {
    if (status === "failure") expect(reason).toBe("lost");
  }
  for (const id of ids) {
    if ((await statusOf(id)) === "failure")
      await shared.db.transaction().execute((transaction) => retryPipeline(transaction, id));
  }
  await allEnded(ids);
  expect(new Set(await Promise.all(ids.map(statusOf)))).toEqual(new Set(["success"]));
}

test("they share the work, and each step runs once", async () => {
  await both();
  const ids = await addPipelines(8, 4);
  await vi.waitFor(async () => expect((await runningBy(ids)).size).toBe(2), { timeout: 30_000, interval: 20 });
  await allEnded(ids);
  const traces = (await readTrace(trace)).filter(({ pipelineId }) => ids.includes(pipelineId));
  for (const event of ["start", "end"]) expect(traces.filter((line) => line.event === event)).toHaveLength(16);
  expect(overlaps(traces)).toEqual([]);
});

test("what a killed one ran is lost and said so, the rest is done by the other", async () => {
  const [, victim] = await both();
  const ids = await addPipelines(4, 10);
  await vi.waitFor(async () => expect((await runningBy(ids)).size).toBe(2), { timeout: 30_000, interval: 20 });
  await victim.kill();
  platforms.pop();
  await succeedInTheEnd(ids);
  expect(overlaps(await readTrace(trace))).toEqual([]);
});

test("one that stands still past its lease ends its steps before the other runs them again, and changes nothing later", async () => {
  const [, victim] = await both();
  const ids = await addPipelines(3, 120);
  await vi.waitFor(async () => expect((await runningBy(ids)).size).toBe(2), { timeout: 30_000, interval: 20 });
  victim.signal("SIGSTOP");
  const isLost = async () => (await stepsOf(ids)).filter(({ reason }) => reason === "lost");
  await vi.waitFor(async () => expect((await isLost()).length).toBeGreaterThan(0), { timeout: 30_000, interval: 20 });
  const [lost] = await isLost();
  if (lost === undefined) throw new Error("a step is lost");
  // Again at once, while its former platform stands still.
  await shared.db.transaction().execute(async (transaction) => {
    await retryPipeline(transaction, lost.pipeline_id);
  });
  await vi.waitFor(
    async () => {
      const [step] = (await stepsOf([lost.pipeline_id])).filter(({ id }) => id === lost.id);
      expect(step).toMatchObject({ status: "running", attempt: lost.attempt + 1 });
    },
    { timeout: 60_000, interval: 20 },
  );
  victim.signal("SIGCONT");
  await succeedInTheEnd(ids);
  expect(overlaps(await readTrace(trace))).toEqual([]);
});
