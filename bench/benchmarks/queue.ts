import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Benchmark, Sample } from "../lib/benchmark.ts";
import { cloneAndRun, removeClone } from "../lib/clone-and-run.ts";
import { Disposables } from "../lib/disposables.ts";
import { type PushedRepository, startPushedRepository } from "../lib/pushed-repository.ts";

const pipelines = 100;
const steps = ["first", "second", "third"];
/** How many steps run at the same time: what a platform does by itself on two processors. */
const lanes = 2;

/** How fast a queue of pipelines is worked off. */
export const queue: Benchmark = {
  name: "queue",
  summary: `${pipelines} pipelines of ${steps.length} steps one after the other, started through the API all at once, to the end of the last one, ${lanes} steps at a time; each step adds a line to a file, which proves that none was left out and none ran twice. Against as many times git clone --shared, a checkout and the same command, by a script with as many lanes.`,
  runs: 3,
  warmUp: 0,
  prepare: () =>
    Disposables.open(async (opened) => {
      const repository = opened.use(await startPushedRepository(definitionIn, { PLATFORM_MAX_STEPS: String(lanes) }));
      const commit = await repository.push("bench");
      return {
        baseline: { name: "git clone --shared", run: () => cloned(repository, commit) },
        contenders: [{ name: "platform", run: () => queued(repository, commit) }],
      };
    }),
};

const traceIn = (directory: string) => join(directory, "trace");

function definitionIn(directory: string): string {
  const command = `echo $PIPELINE_ID $STEP_NAME >> ${traceIn(directory)}`;
  const step = (name: string, index: number) =>
    `    - {name: ${name}, image: any, depends_on: [${steps[index - 1] ?? ""}], commands: ['${command}']}\n`;
  return `pipeline:\n  on: {push: {branches: [none]}}\n  steps:\n${steps.map(step).join("")}`;
}

async function cloned({ bare, platform: { directory } }: PushedRepository, commit: string): Promise<Sample> {
  const begin = performance.now();
  let left = pipelines * steps.length;
  const lane = async (_: unknown, index: number) => {
    while (left-- > 0) {
      const to = join(directory, `clone-${index}`);
      await cloneAndRun(bare, commit, `echo ${left} step >> ${traceIn(directory)}`, to);
      await removeClone(to);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return await sampled(directory, begin);
}

async function queued({ platform: { directory }, request }: PushedRepository, commit: string): Promise<Sample> {
  const begin = performance.now();
  await Promise.all(Array.from({ length: pipelines }, () => request("POST", "pipelines", { git_ref: commit })));
  while ((await unfinished(request)) > 0) await delay(50);
  return await sampled(directory, begin);
}

async function unfinished(request: PushedRepository["request"]): Promise<number> {
  const pages = await Promise.all(
    ["pending", "running", "failure"].map((status) => request("GET", `pipelines?status=${status}&limit=1`)),
  );
  const [pending, running, failed] = pages.map(({ total }) => Number(total));
  if (failed) throw new Error(`${failed} pipelines have failed`);
  return (pending ?? 0) + (running ?? 0);
}

/** @throws when a step is missing, or was run twice */
async function sampled(directory: string, begin: number): Promise<Sample> {
  const seconds = (performance.now() - begin) / 1000;
  const lines = (await readFile(traceIn(directory), "utf8")).trim().split("\n");
  await rm(traceIn(directory));
  const expected = pipelines * steps.length;
  if (lines.length !== expected || new Set(lines).size !== expected) throw new Error(`${lines.length} steps have run`);
  return { seconds, "steps/s": expected / seconds };
}
