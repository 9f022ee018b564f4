import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { visit } from "../../scripts/lib/demo/visit.ts";
import { DeployedProject, files } from "../deployments/deployed-project.ts";
import { type PushedPlatform, startPushedPlatform } from "../git-push/pushed-platform.ts";
import { seed, seededRandom } from "../lib/seeded-random.ts";

const rounds = Number(process.env.CHAOS_ROUNDS ?? 2);
const branches = ["main", "a", "b", "c"];
/** How long all that was pushed may take to be deployed, in milliseconds. */
const patience = 120_000;

let platform: PushedPlatform;
let project: DeployedProject;
beforeAll(async () => {
  platform = await startPushedPlatform();
  project = await DeployedProject.create(platform, "chaos");
}, 60_000);
afterAll(async () => {
  await project?.[Symbol.asyncDispose]();
  await platform?.[Symbol.asyncDispose]();
});

/** The branches that are there. */
const there = new Set<string>();
let pushed = 0;

/** Pushes to some branches, and deletes some. */
async function change(random: () => number): Promise<void> {
  for (const branch of branches.filter(() => random() < 0.6)) {
    if (branch !== "main" && there.has(branch) && random() < 0.3) {
      await project.removeBranch(branch);
      there.delete(branch);
    } else {
      await project.push(branch, { ...files, "greeting.txt": `${branch} ${++pushed}` });
      there.add(branch);
    }
  }
}

/** What is not yet acted on, and of each branch what succeeded last and what is wanted. */
const state = () =>
  platform.look(async (db) => {
    const updates = await db.selectFrom("ref_updates").where("processed_at", "is", null).select("id").execute();
    const pipelines = await db
      .selectFrom("pipelines")
      .orderBy("created_at")
      .select(["branch", "commit_sha", "status", "deploy_checked_at"])
      .execute();
    const workloads = await db.selectFrom("workloads").selectAll().execute();
    const history = await db
      .selectFrom("workload_history")
      .where("status", "=", "success")
      .select(["workload_id", "generation"])
      .execute();
    return { updates, pipelines, workloads, history };
  });

/** Every branch that is there shows the last commit of it whose pipeline succeeded, and nothing else is there. */
async function converged(context: string): Promise<void> {
  await expect
    .poll(
      async () => {
        const { updates, pipelines, workloads } = await state();
        const open = pipelines.filter(
          ({ status, deploy_checked_at }) =>
            status === "pending" || status === "running" || (status === "success" && deploy_checked_at === null),
        );
        const unsettled = workloads.filter(
          (row) => row.current_status !== "healthy" || row.generation !== row.observed_generation || row.removal_reason,
        );
        return [updates.length, open.length, unsettled.length];
      },
      { timeout: patience, interval: 300, message: context },
    )
    .toEqual([0, 0, 0]);
  const { pipelines, workloads, history } = await state();
  const succeeded = new Map(
    pipelines.flatMap(({ branch, commit_sha, status }) => (status === "success" ? [[branch ?? "", commit_sha]] : [])),
  );
  const expected = [...there].flatMap((branch) => (succeeded.has(branch) ? [[branch, succeeded.get(branch)]] : []));
  const found = workloads.map(({ branch, commit_sha }) => [branch ?? "main", commit_sha]);
  expect(found.toSorted(), context).toEqual(expected.toSorted());
  for (const { branch, url } of workloads) {
    const answer = async () => {
      const { status, body } = await visit(url ?? "");
      return [status, body.split(" ")[0]];
    };
    // What was healthy before the kill is started again.
    await expect.poll(answer, { timeout: patience, message: context }).toEqual([200, branch ?? "main"]);
  }
  const done = history.map(({ workload_id, generation }) => `${workload_id} ${generation}`);
  expect(new Set(done).size, context).toBe(done.length);
}

test.runIf(process.platform === "linux")(
  `kill -9 between a push and its URL: what succeeds is deployed, once (CHAOS_SEED=${seed}, ${rounds} rounds)`,
  { timeout: (rounds + 1) * (patience + 30_000) },
  async () => {
    const random = seededRandom(seed);
    for (let round = 0; round < rounds; round++) {
      await change(random);
      await delay(random() * 3_000);
      await platform.served.killPlatform();
      await platform.served.start();
      if (random() < 0.5) await converged(`CHAOS_SEED=${seed}, round ${round}`);
    }
    await change(random);
    await converged(`CHAOS_SEED=${seed}, at the end`);
  },
);
