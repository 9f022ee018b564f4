import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { WorkTree } from "../git/testing/work-tree.ts";
import { overlaps, readTrace } from "../pipelines/testing/traced-step.ts";
import { TwoPlatforms } from "../testing/two-platforms.ts";
import { tracedWeb } from "./testing/traced-web.ts";
import { type WantedPreview, wantPreview } from "./testing/want-preview.ts";

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

const PATIENCE = { timeout: 90_000, interval: 100 };
// More than one platform does something about at the same time.
const branches = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];

let platforms: TwoPlatforms;
let projectId: string;
/** Each is deployed once to each preview, so that a second process of one is double work. */
const commits: string[] = [];
/** What the web processes have written. */
let trace: string;
beforeAll(async () => {
  platforms = await TwoPlatforms.start({ lease: 6_000, env: { PLATFORM_APPS_LISTEN: "127.0.0.1:0" } });
  trace = join(platforms.root, "trace");
  using tree = await WorkTree.create();
  for (const [file, content] of Object.entries(tracedWeb(trace, { pause: 50 }))) await tree.commit(content, file);
  for (let made = 0; made < 5; made++) commits.push(await tree.commit());
  for (const branch of branches) await tree.git("branch", branch);
  projectId = await platforms.addProject("shared", tree);
});
afterAll(() => platforms?.[Symbol.asyncDispose]());

function nextCommit(): WantedPreview {
  const commit = commits.shift();
  if (commit === undefined) throw new Error("there are more commits");
  return { image_ref: `git:${commit}` };
}

/** Has all previews become something. */
async function want(wanted: WantedPreview): Promise<void> {
  await platforms.shared.db.transaction().execute(async (transaction) => {
    for (const branch of branches) await wantPreview(transaction, { projectId, branch }, wanted);
  });
}

const deploy = () => want(nextCommit());

const rows = async () => await platforms.shared.db.selectFrom("workloads").orderBy("label").selectAll().execute();
const holders = async () => new Set((await rows()).map(({ claimed_by }) => claimed_by));

/** Waits until all are healthy as they are wanted now, and answer so. */
async function allHealthy(): Promise<void> {
  await vi.waitFor(async () => {
    const states = (await rows()).map(({ current_status, generation, observed_generation }) => [
      ...[current_status, generation - observed_generation],
    ]);
    expect(states).toEqual(branches.map(() => ["healthy", 0]));
  }, PATIENCE);
  await vi.waitFor(async () => {
    for (const { url, branch, image_ref } of await rows()) {
      expect(await answerAt(url ?? "")).toBe(`${branch} ${image_ref.slice("git:".length)}`);
    }
  }, PATIENCE);
}

/** What an address on this machine answers; its name leads nowhere else. */
async function answerAt(address: string): Promise<string> {
  const { host, port } = new URL(address);
  const sent = request({ host: "127.0.0.1", port, headers: { host }, agent: false }).end();
  const [response] = await once(sent, "response");
  return await text(response);
}

async function expectOneEach(): Promise<void> {
  expect(overlaps(await readTrace(trace))).toEqual([]);
}

test("they share the work, and each preview runs once", async () => {
  await platforms.both();
  await deploy();
  await allHealthy();
  await deploy();
  await allHealthy();
  await expectOneEach();
  expect((await holders()).size).toBe(2);
});

test("what a killed one ran is run by the other", async () => {
  await platforms.both();
  await platforms.killSecond();
  await deploy();
  await vi.waitFor(async () => expect((await holders()).size).toBe(1), PATIENCE);
  await allHealthy();
  await expectOneEach();
});

test("what one runs that stands still has ended before the other runs it, and is not touched when that goes on", async () => {
  const [, victim] = await platforms.both();
  await deploy();
  await allHealthy();
  victim.signal("SIGSTOP");
  const isOfOne = async () => expect((await holders()).size).toBe(1);
  await vi.waitFor(isOfOne, PATIENCE);
  await allHealthy();
  victim.signal("SIGCONT");
  await deploy();
  await allHealthy();
  await expectOneEach();
});

test("each generation succeeds once, and nothing is left when nothing is wanted any more", async () => {
  const { db } = platforms.shared;
  await want("gone");
  await vi.waitFor(async () => expect(await rows()).toEqual([]), PATIENCE);
  const history = await db.selectFrom("workload_history").select(["workload_id", "generation", "status"]).execute();
  const successes = history
    .filter(({ status }) => status === "success")
    .map(({ workload_id, generation }) => `${workload_id} ${generation}`);
  expect(new Set(successes).size).toBe(successes.length);
  expect(history.filter(({ status }) => status === "failure")).toEqual([]);
  const { length } = await readFile(trace);
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect((await readFile(trace)).length).toBe(length);
  await expectOneEach();
});
