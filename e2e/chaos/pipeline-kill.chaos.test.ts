import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { overlaps, readTrace, tracedCommands } from "@platform-mcp/platform/testing/traced-step";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type PushedPlatform, startPushedPlatform } from "../git-push/pushed-platform.ts";
import { GitUser } from "../lib/git-user.ts";
import { seed, seededRandom } from "../lib/seeded-random.ts";

const rounds = Number(process.env.CHAOS_ROUNDS ?? 2);
const run = promisify(execFile);

interface Step {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly reason: string | null;
  readonly message: string | null;
  readonly log_ref: string | null;
  readonly started_at: string | null;
}

interface Pipeline {
  readonly id: string;
  readonly status: string;
  readonly run: number;
  readonly steps: readonly Step[];
}

let platform: PushedPlatform;
let project: string;
/** What the steps write; outside of what the platform keeps, which steps do not see. */
let trace: string;
let user: GitUser;
beforeAll(async () => {
  platform = await startPushedPlatform({ PLATFORM_MAX_STEPS: "3" });
  project = await platform.addProject("chaos");
  user = await GitUser.create();
  trace = join(user.path, "trace");
  await writeFile(join(user.path, ".platform.yaml"), definition());
  await user.commit();
  await user.git("push", platform.remote("chaos"), "HEAD:main");
});
afterAll(async () => {
  await platform[Symbol.asyncDispose]();
  await user[Symbol.asyncDispose]();
});

/** One step, then two beside each other; each says on its output, too, that it runs. */
function definition(): string {
  const commands = ["(while sleep 0.02; do date +%s%N; done) & talker=$!", ...tracedCommands(trace, { ticks: 8 })];
  const text = JSON.stringify([...commands, "kill $talker"]);
  const step = (name: string, needs: string) =>
    `    - {name: ${name}, image: any, depends_on: [${needs}], commands: ${text}}\n`;
  return `pipeline:\n  on: {push: {branches: [none]}}\n  steps:\n${step("a", "")}${step("b", "a")}${step("c", "a")}`;
}

async function request(method: string, path: string, body?: object): Promise<Response> {
  const headers = { authorization: `Bearer ${platform.token}`, ...(body && { "content-type": "application/json" }) };
  const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
  const response = await fetch(`${platform.served.url}/api/projects/${project}/${path}`, init);
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response;
}

const json = async (method: string, path: string, body?: object) =>
  JSON.parse(await (await request(method, path, body)).text());
const pipeline = async (id: string): Promise<Pipeline> => await json("GET", `pipelines/${id}`);
const logOf = async (id: string, step: Step) =>
  await (await request("GET", `pipelines/${id}/steps/${step.id}/logs`)).text();

/** The logs, as they can be read at the moment, of the steps that run. */
async function logsOfRunning(ids: readonly string[]) {
  const pipelines = await Promise.all(ids.map(pipeline));
  const running = pipelines.flatMap(({ id, steps }) =>
    steps.filter(({ status, log_ref }) => status === "running" && log_ref !== null).map((step) => ({ id, step })),
  );
  return await Promise.all(running.map(async ({ id, step }) => ({ id, step, log: await logOf(id, step) })));
}

/** Waits until the pipelines that were begun have ended. */
async function ended(ids: readonly string[]): Promise<readonly Pipeline[]> {
  for (;;) {
    const pipelines = await Promise.all(ids.map(pipeline));
    if (pipelines.every(({ status }) => status !== "pending" && status !== "running")) return pipelines;
    await delay(50);
  }
}

/**
 * Whether the platform's end has ended the step: it ran, or was to be started for the third time in a row that a platform
 * was killed before it could.
 */
function isVictim({ reason, message }: Step): boolean {
  return (
    reason === "lost" || (reason === "start_failed" && message?.includes("the platform that was to run it") === true)
  );
}

/** The status says what became of the steps: nothing is left, and nothing failed but by a platform that was killed. */
function expectTrue({ status, steps }: Pipeline, where: string): void {
  const context = `${where}: ${JSON.stringify(steps)}`;
  const statuses = steps.map((step) => step.status);
  for (const one of statuses) expect(["success", "failure", "skipped"], context).toContain(one);
  expect(
    steps.filter((step) => step.status === "failure" && !isVictim(step)),
    context,
  ).toEqual([]);
  expect(status, context).toBe(statuses.includes("failure") ? "failure" : "success");
  const isFirstLost = steps.some((step) => step.name === "a" && isVictim(step));
  expect(statuses.includes("skipped"), context).toBe(isFirstLost);
}

test(`kill -9 under pipelines: each ends, none of their steps runs beside itself (CHAOS_SEED=${seed}, ${rounds} rounds)`, {
  timeout: 120_000 + rounds * 60_000,
}, async () => {
  const random = seededRandom(seed);
  const ids: string[] = [];
  let open: readonly string[] = [];
  let lost = 0;
  let logs = 0;
  for (let round = 0; round < rounds; round++) {
    const withDatabase = random() < 0.2;
    const context = `CHAOS_SEED=${seed}, round ${round}${withDatabase ? ", with the database" : ""}`;
    const made = await Promise.all([1, 2].map(() => json("POST", "pipelines", { git_ref: "main" })));
    ids.push(...made.map(({ id }) => String(id)));
    open = [...open, ...ids.slice(-2)];
    await delay(random() * 1500);
    const before = await logsOfRunning(open);
    await platform.served.killPlatform();
    if (withDatabase) await platform.served.killPostgres();
    await platform.served.start();
    // What could be read before can be read still, whatever came after it.
    for (const { id, step, log } of before) {
      expect((await logOf(id, step)).startsWith(log), `${context}: the log of ${step.name}`).toBe(true);
      logs++;
    }
    // What was lost runs again beside what had been waiting; at times only once all has ended.
    const pipelines = random() < 0.3 ? await ended(open) : await Promise.all(open.map(pipeline));
    open = [];
    for (const each of pipelines) {
      if (each.status !== "success") open = [...open, each.id];
      if (each.status !== "failure") continue;
      expectTrue(each, context);
      lost += each.steps.filter(isVictim).length;
      await request("POST", `pipelines/${each.id}/retry`);
    }
  }
  for (let left = await ended(open); left.length > 0; left = await ended(open)) {
    const failed = left.filter(({ status }) => status === "failure");
    for (const each of failed) {
      expectTrue(each, `CHAOS_SEED=${seed}, at the end`);
      await request("POST", `pipelines/${each.id}/retry`);
    }
    open = failed.map(({ id }) => id);
  }
  const pipelines = await ended(ids);
  expect(new Set(pipelines.flatMap(({ status, steps }) => [status, ...steps.map((step) => step.status)]))).toEqual(
    new Set(["success"]),
  );
  const traces = await readTrace(trace);
  expect(overlaps(traces)).toEqual([]);
  for (const { id, run: runs, steps } of pipelines) {
    for (const { name } of steps) {
      const of = traces.filter(({ pipelineId, step }) => pipelineId === id && step === name);
      expect(of.filter(({ event }) => event === "end").length).toBeGreaterThan(0);
      // Nothing that has started is run again but by a retry.
      expect(new Set(of.map((line) => line.run)).size).toBeLessThanOrEqual(runs);
    }
  }
  expect((await run("ps", ["-eo", "args"])).stdout.split("\n").filter((line) => line.includes(trace))).toEqual([]);
  const starts = traces.filter(({ event }) => event === "start").length;
  process.stdout.write(
    `${rounds} kills, ${pipelines.length} pipelines, ${starts} steps started, ${lost} lost, ${logs} logs read across a kill\n`,
  );
});
