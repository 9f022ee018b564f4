import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ChangingPreviews } from "../chaos/changing-previews.ts";
import { GitUser } from "../lib/git-user.ts";
import { seed, seededRandom } from "../lib/seeded-random.ts";
import { type ClusterPlatform, startClusterPlatform } from "./lib/cluster-platform.ts";
import { type ClusterProject, clusterProject } from "./lib/deployed.ts";
import { webImage } from "./lib/environment.ts";
import type { KubeObject, List, Pod } from "./lib/kube-objects.ts";
import { kubeGet } from "./lib/kubectl.ts";

const rounds = Number(process.env.CHAOS_ROUNDS ?? 2);
/** Fewer in the everyday run; a node has room for 110 pods. */
const count = rounds < 10 ? 6 : 50;
const branches = Array.from({ length: count }, (_, index) => `branch-${index}`);
/** How long all previews may take to become what they should be, in milliseconds: each has a namespace to make or remove. */
const patience = 120_000 + count * 10_000;

let platform: ClusterPlatform;
let project: ClusterProject;
let previews: ChangingPreviews;
beforeAll(async () => {
  platform = await startClusterPlatform({ PLATFORM_WORKLOAD_REQUESTS: "cpu=5m,memory=16Mi" });
  project = await clusterProject(platform, "chaos");
  previews = new ChangingPreviews(platform, project.api.id, branches);
  await using user = await GitUser.create();
  await user.commit();
  const refs = ["main", ...branches].map((branch) => `HEAD:refs/heads/${branch}`);
  await user.git("push", "--quiet", platform.remote("chaos"), ...refs);
});
afterAll(async () => {
  await project?.[Symbol.asyncDispose]();
  await platform?.[Symbol.asyncDispose]();
});

/** What is wanted of the previews that a round changes; another commit each time, and so other pods. */
const deployed = (round: number) => ({
  image_ref: `${webImage}:${round % 2 === 0 ? "one" : "two"}`,
  commit_sha: String(round).padStart(40, "0"),
});

/** What there is of the project in the cluster: the objects at a path that have its label. */
async function objects<T extends KubeObject>(path: string): Promise<readonly T[]> {
  const selector = encodeURIComponent(`platform.io/project=${project.api.id}`);
  return (await kubeGet<List<T>>(`${path}?labelSelector=${selector}`)).items;
}

/**
 * The namespaces that are missing, and those that should not be there any more, though they are being removed. What was
 * stopped before it was ever applied has none.
 */
async function wrongNamespaces(): Promise<readonly string[]> {
  const found = new Set((await objects("/api/v1/namespaces")).map(({ metadata }) => metadata.name));
  const missing = [...previews.running.keys()].map(namespace).filter((name) => !found.has(name));
  const wanted = new Set(previews.there.map(namespace));
  const left = [...found].filter((name) => !wanted.has(name));
  return [...missing.map((name) => `${name} is missing`), ...left.map((name) => `${name} is left`)];
}

const namespace = (branch: string) => project.namespace(branch);

/** The namespaces that have pods, each as often as it has one. */
async function pods(): Promise<readonly string[]> {
  return (await objects<Pod>("/api/v1/pods")).map(({ metadata }) => metadata.namespace ?? "").toSorted();
}

/** What does not answer as what is wanted of it. */
async function wrongAnswers(): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const [branch, { image_ref, commit_sha }] of previews.running) {
    const body = await project.visit({ preview: branch }).catch(String);
    const expected = `${image_ref.slice(`${webImage}:`.length)} preview ${branch} ${commit_sha}`;
    if (body !== expected) wrong.push(`${branch}: ${body}, not ${expected}`);
  }
  return wrong;
}

/** Waits until each preview is what it should be, as the database says, as it answers, and as the cluster has it. */
async function converged(context: string): Promise<void> {
  const options = { timeout: patience, interval: 1000, message: context };
  await previews.converged(context, patience);
  await expect.poll(wrongNamespaces, options).toEqual([]);
  await expect.poll(pods, options).toEqual([...previews.running.keys()].map(namespace).toSorted());
  await expect.poll(wrongAnswers, options).toEqual([]);
}

test.runIf(webImage)(
  `kill -9 under previews: all become what is wanted, once, and leave nothing (CHAOS_SEED=${seed}, ${rounds} rounds)`,
  { timeout: 3 * patience + rounds * 60_000 },
  async () => {
    const random = seededRandom(seed);
    for (let round = 0; round < rounds; round++) {
      const context = `CHAOS_SEED=${seed}, round ${round}`;
      if (round === 0) await previews.deployAll(deployed(round));
      else await previews.changeSome(random, deployed(round));
      await delay(random() * 10_000);
      await platform.served.killPlatform();
      if (random() < 0.1) await platform.served.killPostgres();
      // At times long enough that pods come and go while nobody looks.
      await delay(random() < 0.3 ? random() * 10_000 : 0);
      await platform.served.start();
      if (round % 20 === 19) {
        await converged(context);
        process.stdout.write(`after ${round + 1} kills, all are what is wanted\n`);
      }
    }
    const context = `CHAOS_SEED=${seed}, at the end`;
    await converged(context);
    await previews.endAll();
    await converged(context);
    process.stdout.write(`${rounds} kills, ${count} previews, ${await previews.successes()} successes\n`);
  },
);
