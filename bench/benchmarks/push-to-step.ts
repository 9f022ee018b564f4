import { stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { createLogger, openStore, readPlatformConfig, type Store } from "@platform-mcp/platform";
import type { Benchmark, Sample } from "../lib/benchmark.ts";
import { cloneAndRun, removeClone } from "../lib/clone-and-run.ts";
import { Disposables } from "../lib/disposables.ts";
import { type PushedRepository, startPushedRepository } from "../lib/pushed-repository.ts";

/** How long the work of a push takes to begin. */
export const pushToStep: Benchmark = {
  name: "push-to-step",
  summary:
    "From the instant at which git has changed the pushed branch to the first thing that the first step's process does (it makes a file), one push after the other on a platform at rest; with how long each part of the way takes: until the update is recorded, its pipeline is made, the step is claimed, its checkout is ready, and the process runs. Against git clone --shared, a checkout of the commit and the same command, run by a script that has been told of the push already.",
  runs: 40,
  warmUp: 3,
  prepare: () =>
    Disposables.open(async (opened) => {
      const repository = opened.use(await startPushedRepository(definitionIn));
      const config = readPlatformConfig({ PLATFORM_DATA: repository.platform.data });
      const store = await openStore(config, { mode: "guest", logger: createLogger("silent", 2) });
      opened.use({ [Symbol.asyncDispose]: () => store.close() });
      return {
        baseline: { name: "git clone --shared", run: () => clonedAndRun(repository) },
        contenders: [{ name: "platform", run: () => pushed(repository, store) }],
      };
    }),
};

const branch = "bench";

function definitionIn(directory: string): string {
  const command = commandFor(directory, "$COMMIT_SHA");
  return `pipeline:\n  steps:\n    - name: first\n      image: any\n      commands: ['${command}']\n`;
}

const stampIn = (directory: string, commit: string) => join(directory, `stamp-${commit}`);
const commandFor = (directory: string, commit: string) => `: > ${stampIn(directory, commit)}`;

async function clonedAndRun({ bare, platform: { directory }, push }: PushedRepository): Promise<Sample> {
  const commit = await push(`other-${branch}`);
  const to = join(directory, "clone");
  const stamp = `${commit}-cloned`;
  const begin = Date.now();
  await cloneAndRun(bare, commit, commandFor(directory, stamp), to);
  const ms = (await changedAt(stampIn(directory, stamp))) - begin;
  await removeClone(to);
  return { ms };
}

async function pushed({ bare, platform: { directory }, project, push }: PushedRepository, { db }: Store) {
  const commit = await push(branch);
  const started = await untilChanged(stampIn(directory, commit));
  const accepted = await changedAt(join(bare, "refs", "heads", branch));
  const update = await db
    .selectFrom("ref_updates")
    .where("project_id", "=", project)
    .where("new_sha", "=", commit)
    .select("recorded_at")
    .executeTakeFirstOrThrow();
  const pipeline = await ended(db, commit);
  const instants = [
    ["update recorded ms", Date.parse(update.recorded_at)],
    ["pipeline made ms", Date.parse(pipeline.created_at)],
    ["step claimed ms", Date.parse(pipeline.claimed_at ?? "")],
    ["checkout ready ms", Date.parse(pipeline.started_at ?? "")],
    ["process runs ms", started],
  ] as const;
  const parts = instants.map(([name, at], index) => [name, at - (instants[index - 1]?.[1] ?? accepted)]);
  return { ms: started - accepted, ...Object.fromEntries(parts) };
}

/** The pipeline's and its step's times, once it is over, so that nothing of it meets the next push. */
async function ended(db: Store["db"], commit: string) {
  for (;;) {
    const row = await db
      .selectFrom("pipelines")
      .innerJoin("pipeline_steps as step", "step.pipeline_id", "pipelines.id")
      .where("commit_sha", "=", commit)
      .select(["pipelines.created_at", "pipelines.started_at as claimed_at", "step.started_at"])
      .select(["pipelines.finished_at", "step.claimed_by"])
      .executeTakeFirst();
    if (row !== undefined && row.finished_at !== null && row.claimed_by === null) return row;
    await delay(5);
  }
}

async function untilChanged(path: string): Promise<number> {
  for (;;) {
    const at = await changedAt(path).catch(() => undefined);
    if (at !== undefined) return at;
    await delay(2);
  }
}

/** Milliseconds since 1970. */
async function changedAt(path: string): Promise<number> {
  return (await stat(path)).mtimeMs;
}
