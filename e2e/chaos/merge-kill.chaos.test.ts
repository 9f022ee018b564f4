import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type PushedPlatform, startPushedPlatform } from "../git-push/pushed-platform.ts";
import { GitUser, git } from "../lib/git-user.ts";
import { seed, seededRandom } from "../lib/seeded-random.ts";
import { kill, victims } from "./victims.ts";

const rounds = Number(process.env.CHAOS_ROUNDS ?? 2);
/** Merge requests that are merged at once in a round; of the odd ones nobody asks again. */
const atOnce = 6;

let platform: PushedPlatform;
let user: GitUser;
let project: string;
beforeAll(async () => {
  platform = await startPushedPlatform();
  user = await GitUser.create();
  project = await platform.addProject("merges");
});
afterAll(async () => {
  await platform[Symbol.asyncDispose]();
  await user[Symbol.asyncDispose]();
});

interface Answer {
  readonly status: number;
  readonly body: ReturnType<JSON["parse"]>;
}

/** A request below the project's merge requests. */
async function send(method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`${platform.served.url}/api/projects/${project}/merge-requests${path}`, {
    method,
    headers: { authorization: `Bearer ${platform.token}`, "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: JSON.parse(await response.text()) };
}

test(`kill -9 under merges: merged in git is merged in the database, once (CHAOS_SEED=${seed}, ${rounds} rounds)`, {
  timeout: 60_000 + rounds * 60_000,
}, async () => {
  const random = seededRandom(seed);
  const main = await user.commit();
  await user.git("push", "--quiet", platform.remote("merges"), "main");
  const told = new Map<number, string>();
  let foundOut = 0;
  for (let round = 0; round < rounds; round++) {
    const numbers = await openRequests(main);
    const victim = victims[Math.floor(random() * victims.length)] ?? "all";
    const context = `CHAOS_SEED=${seed}, round ${round}: killed ${victim}`;
    const merging = numbers.map(async (number) => {
      const sha = await merge(number);
      if (sha !== undefined) told.set(number, sha);
    });
    await delay(random() * 500);
    await kill(platform.served, victim);
    await Promise.all(merging);
    // Whatever opens or merges next finds out what landed before, as does the platform itself within a minute.
    await openRequests(main, 1);
    for (const number of numbers) {
      const isMerged = await agrees(number, told.get(number), context);
      if (isMerged && isAskedOnce(number) && !told.has(number)) foundOut++;
    }
  }
  await git(platform.repository(project), "fsck", "--strict", "--no-dangling");
  const counts = `${told.size} merges answered at the first request, ${foundOut} found out without another`;
  process.stdout.write(`${rounds} kills, ${counts}\n`);
});

/** Branches that each add a file of their own, and a merge request for each. */
async function openRequests(base: string, count = atOnce): Promise<number[]> {
  const numbers: number[] = [];
  for (let index = 0; index < count; index++) {
    const { body: list } = await send("GET", "?limit=1");
    const number = list.total + 1;
    await user.git("checkout", "--quiet", "-B", `topic-${number}`, base);
    await writeFile(join(user.path, fileOf(number)), `${number}\n`);
    await user.git("add", "--all");
    await user.git("commit", "--quiet", "--message", `work ${number}`);
    await user.git("push", "--quiet", platform.remote("merges"), `topic-${number}`);
    const wanted = { source_branch: `topic-${number}`, target_branch: "main", title: `Request ${number}` };
    expect((await send("POST", "", wanted)).body.number).toBe(number);
    numbers.push(number);
  }
  return numbers;
}

function fileOf(number: number): string {
  return `request-${number}`;
}

function isAskedOnce(number: number): boolean {
  return number % 2 === 1;
}

/** Asks once, and of an even one until it is merged; what the first request was told, if that was a commit. */
async function merge(number: number): Promise<string | undefined> {
  const method = number % 3 === 0 ? "squash" : "merge";
  const ask = () => send("POST", `/${number}/merge`, { method }).catch(() => undefined);
  const first = await ask();
  for (let answer = first; answer?.status !== 200 && !isAskedOnce(number); answer = await ask()) {
    if (answer?.status === 409 && String(answer.body.error).includes("has been merged already")) break;
    if (answer !== undefined && answer.status < 500) throw new Error(JSON.stringify(answer.body));
    await delay(50);
  }
  return first?.status === 200 ? first.body.merge_commit_sha : undefined;
}

/** One commit on the branch has brought its file, and is the one that the merge request names; or neither is there. */
async function agrees(number: number, told: string | undefined, context: string): Promise<boolean> {
  const { body } = await send("GET", `/${number}`);
  const args = [
    "log",
    "--first-parent",
    "--diff-merges=first-parent",
    "--no-patch",
    "--format=%H",
    "main",
    "--",
    fileOf(number),
  ];
  const commits = await git(platform.repository(project), ...args);
  expect([body.status, commits], `${context}, merge request ${number}`).toEqual(
    commits === "" ? ["open", ""] : ["merged", body.merge_commit_sha],
  );
  if (told !== undefined) expect(commits, context).toBe(told);
  if (!isAskedOnce(number)) expect(body.status, context).toBe("merged");
  return body.status === "merged";
}
