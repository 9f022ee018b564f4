import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { WorkTree } from "../git/testing/work-tree.ts";
import { TwoPlatforms } from "../testing/two-platforms.ts";
import { retryPipeline } from "./state/retry-pipeline.ts";
import { addPipeline } from "./testing/add-pipeline.ts";
import { overlaps, readTrace, tracedCommands } from "./testing/traced-step.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let platforms: TwoPlatforms;
let shared: TwoPlatforms["shared"];
let projectId: string;
let commitSha: string;
/** What the steps have written. */
let trace: string;
beforeAll(async () => {
  platforms = await TwoPlatforms.start({ lease: 6_000, env: { PLATFORM_MAX_STEPS: "2" } });
  ({ shared } = platforms);
  trace = join(platforms.root, "trace");
  using tree = await WorkTree.create();
  commitSha = await tree.git("rev-parse", "HEAD");
  projectId = await platforms.addProject("shared", tree);
});
afterAll(() => platforms?.[Symbol.asyncDispose]());

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
  await platforms.both();
  const ids = await addPipelines(8, 4);
  await vi.waitFor(async () => expect((await runningBy(ids)).size).toBe(2), { timeout: 30_000, interval: 20 });
  await allEnded(ids);
  const traces = (await readTrace(trace)).filter(({ pipelineId }) => ids.includes(pipelineId));
  for (const event of ["start", "end"]) expect(traces.filter((line) => line.event === event)).toHaveLength(16);
  expect(overlaps(traces)).toEqual([]);
});

test("what a killed one ran is lost and said so, the rest is done by the other", async () => {
  await platforms.both();
  const ids = await addPipelines(4, 10);
  await vi.waitFor(async () => expect((await runningBy(ids)).size).toBe(2), { timeout: 30_000, interval: 20 });
  await platforms.killSecond();
  await succeedInTheEnd(ids);
  expect(overlaps(await readTrace(trace))).toEqual([]);
});

test("one that stands still past its lease ends its steps before the other runs them again, and changes nothing later", async () => {
  const [, victim] = await platforms.both();
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
