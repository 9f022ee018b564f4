import { mkdir, readdir, readFile, readlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { overlaps, readTrace } from "@platform-mcp/platform/testing/traced-step";
import { tracedWeb } from "@platform-mcp/platform/testing/traced-web";
import { afterAll, beforeAll, expect, test } from "vitest";
import { visit } from "../../scripts/lib/demo/visit.ts";
import { type PushedPlatform, startPushedPlatform } from "../git-push/pushed-platform.ts";
import { GitUser } from "../lib/git-user.ts";
import { seed, seededRandom } from "../lib/seeded-random.ts";
import { ChangingPreviews } from "./changing-previews.ts";

const rounds = Number(process.env.CHAOS_ROUNDS ?? 2);
/** Fewer in the everyday run: each is a process, which is started again after each kill. */
const count = rounds < 10 ? 6 : 50;
const branches = Array.from({ length: count }, (_, index) => `branch-${index}`);
/** How long all previews may take to become what they should be, in milliseconds. */
const patience = 60_000 + count * 4_000;

let platform: PushedPlatform;
let projectId: string;
let previews: ChangingPreviews;
let user: GitUser;
/** What the web processes write; outside of what the platform keeps, which they do not see. */
let trace: string;
/** Each preview gets each of them at most once, so that a second process of one is one too many. */
const commits: string[] = [];
beforeAll(async () => {
  platform = await startPushedPlatform({ PLATFORM_APPS_LISTEN: "127.0.0.1:0" });
  projectId = await platform.addProject("chaos");
  previews = new ChangingPreviews(platform, projectId, branches);
  user = await GitUser.create();
  trace = join(user.path, "trace", "ticks");
  await mkdir(join(user.path, "trace"));
  await writeFile(trace, "");
  await writeFile(join(user.path, ".gitignore"), "trace\n");
  for (const [path, text] of Object.entries(tracedWeb(trace, { pause: 500 })))
    await writeFile(join(user.path, path), text);
  for (let made = 0; made <= rounds; made++) {
    await writeFile(join(user.path, "number"), String(made));
    commits.push(await user.commit());
  }
  const refs = ["main", ...branches].map((branch) => `HEAD:refs/heads/${branch}`);
  await user.git("push", "--quiet", platform.remote("chaos"), ...refs);
}, 120_000);
afterAll(async () => {
  await platform?.[Symbol.asyncDispose]();
  await user?.[Symbol.asyncDispose]();
});

/** Waits until each preview is what it should be, as the database says, and as its address, where there is one. */
async function converged(context: string): Promise<void> {
  await previews.converged(context, patience);
  await expect.poll(wrongAnswers, { timeout: patience, interval: 500, message: context }).toEqual([]);
  const running = [...previews.running.keys()].toSorted();
  await expect.poll(webProcesses, { timeout: 30_000, message: context }).toEqual(running);
  expect(overlaps(await readTrace(trace)), context).toEqual([]);
}

/** What is healthy as the database says, and does not answer so: with each start it may be at another port. */
async function wrongAnswers(): Promise<readonly string[]> {
  const wrong = (await previews.rows()).map(async ({ branch, url, current_status, image_ref }) => {
    if (current_status !== "healthy") return [];
    const { body } = await visit(url ?? "").catch((error: unknown) => ({ body: String(error) }));
    return body === `${branch} ${image_ref.slice("git:".length)}` ? [] : [`${branch}: ${body}`];
  });
  return (await Promise.all(wrong)).flat();
}

/** The processes of previews and what watches over them, with their environments. */
async function processes(): Promise<readonly { readonly environment: string; readonly command: string }[]> {
  const found: { environment: string; command: string }[] = [];
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
    const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    if (environment.includes(projectId)) found.push({ environment, command: command.replaceAll("\0", " ").trim() });
  }
  return found;
}

/** The branches whose web processes run, each as often as one does. */
async function webProcesses(): Promise<readonly string[]> {
  const web = (await processes()).filter(({ command }) => command === "node web.js");
  return web.map(({ environment }) => /(?:^|\0)BRANCH=([^\0]*)/.exec(environment)?.[1] ?? "").toSorted();
}

/** How many TCP ports a process listens on. */
async function listening(pid: number): Promise<number> {
  const tables = await Promise.all(["tcp", "tcp6"].map((table) => readFile(`/proc/${pid}/net/${table}`, "utf8")));
  const lines = tables.flatMap((table) => table.split("\n")).map((line) => line.trim().split(/\s+/));
  const sockets = new Set(lines.filter(([, , , state]) => state === "0A").map((fields) => `socket:[${fields[9]}]`));
  const open = await readdir(`/proc/${pid}/fd`);
  const links = await Promise.all(open.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => "")));
  return links.filter((link) => sockets.has(link)).length;
}

async function filesBelow(...path: readonly string[]): Promise<readonly string[]> {
  return await readdir(join(platform.dataDirectory, ...path)).catch(() => []);
}

/** What is wanted of the previews that a round changes. */
const deployed = (round: number) => ({ image_ref: `git:${commits[round]}` });

test.runIf(process.platform === "linux")(
  `kill -9 under previews: all become what is wanted, once, and leave nothing (CHAOS_SEED=${seed}, ${rounds} rounds)`,
  { timeout: 2 * patience + rounds * 60_000 },
  async () => {
    const random = seededRandom(seed);
    for (let round = 0; round < rounds; round++) {
      const context = `CHAOS_SEED=${seed}, round ${round}`;
      if (round === 0) await previews.deployAll(deployed(round));
      else await previews.changeSome(random, deployed(round));
      await delay(random() * 5_000);
      await platform.served.killPlatform();
      if (random() < 0.1) await platform.served.killPostgres();
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
    await expect.poll(processes, { timeout: 30_000 }).toEqual([]);
    expect(await listening(platform.served.pid)).toBe(2);
    const rooms = await filesBelow("steps");
    expect(rooms).toHaveLength(1);
    await expect.poll(() => filesBelow("steps", rooms[0] ?? "")).toEqual([]);
    process.stdout.write(`${rounds} kills, ${count} previews, ${await previews.successes()} successes\n`);
  },
);
