import { randomBytes } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cuttingProxy } from "../lib/cutting-proxy.ts";
import { GitUser, git, tryGit } from "../lib/git-user.ts";
import { seed, seededRandom } from "../lib/seeded-random.ts";
import { fixtureRepositories } from "../repositories/make.ts";
import { type PushedPlatform, startPushedPlatform } from "./pushed-platform.ts";

const MiB = 1024 * 1024;
let platform: PushedPlatform;
beforeAll(async () => {
  platform = await startPushedPlatform({ PLATFORM_MAX_PUSH_BYTES: String(100 * MiB) });
});
afterAll(() => platform[Symbol.asyncDispose]());

/** What is left of pushes that were not accepted. */
async function quarantines(id: string): Promise<string[]> {
  return (await readdir(join(platform.repository(id), "objects"))).filter((name) => name.startsWith("tmp_objdir"));
}

async function fsck(id: string): Promise<void> {
  await git(platform.repository(id), "fsck", "--strict", "--no-dangling");
}

/** Kilobytes: the most that the platform's own process has held since `resetPeak`. */
async function peak(): Promise<number> {
  return Number(/VmHWM:\s+(\d+)/.exec(await readFile(`/proc/${platform.served.pid}/status`, "utf8"))?.[1]);
}

async function resetPeak(): Promise<void> {
  await writeFile(`/proc/${platform.served.pid}/clear_refs`, "5");
}

test("over 50 MB go through the platform without staying in it, and all of it arrives", async () => {
  const { large } = await fixtureRepositories();
  const id = await platform.addProject("large");
  await using user = await GitUser.create();
  await user.commit();
  await user.git("push", platform.remote("large"), "main:warm");
  const isLinux = process.platform === "linux";
  if (isLinux) await resetPeak();
  const before = isLinux ? await peak() : 0;
  await git(large, "push", "--quiet", platform.remote("large"), "refs/heads/*", "refs/tags/*");
  if (isLinux) {
    const grown = Math.round(((await peak()) - before) / 1024);
    process.stdout.write(`the platform grew by ${grown} MiB while it took the large repository in\n`);
    expect(grown).toBeLessThan(100);
  }
  const refs = (path: string) =>
    git(path, "for-each-ref", "--format=%(objectname) %(refname)", "refs/heads/main", "refs/tags");
  expect(await refs(platform.repository(id))).toBe(await refs(large));
  await fsck(id);
  await git(user.path, "clone", "--quiet", platform.remote("large"), "copy");
  expect(await git(join(user.path, "copy"), "rev-parse", "HEAD")).toBe(await git(large, "rev-parse", "main"));
});

test("a pack that is too large is refused in words, and nothing of it stays", async () => {
  const id = await platform.addProject("too-large");
  await using user = await GitUser.create();
  const sha = await user.commit(randomBytes(120 * MiB));
  const refused = await user.try("push", platform.remote("too-large"), "main");
  expect(refused).toEqual({
    ok: false,
    text: expect.stringMatching(/remote: fatal: pack exceeds maximum allowed size \(100/),
  });
  expect(await git(platform.repository(id), "for-each-ref")).toBe("");
  expect(await quarantines(id)).toEqual([]);
  expect((await tryGit(platform.repository(id), "cat-file", "-e", sha)).ok).toBe(false);
  await user.git("commit", "--quiet", "--amend", "--allow-empty", "--message", "small");
  await writeFile(join(user.path, "file"), "small");
  await user.git("commit", "--quiet", "--all", "--amend", "--message", "small");
  expect((await user.try("push", platform.remote("too-large"), "main")).ok).toBe(true);
});

test(`a push that is cut off anywhere lands whole or not at all (CHAOS_SEED=${seed})`, {
  timeout: 240_000,
}, async () => {
  const random = seededRandom(seed);
  const rounds = Number(process.env.CHAOS_ROUNDS ?? 12);
  const id = await platform.addProject("cut");
  const path = platform.repository(id);
  await using user = await GitUser.create();
  await user.commit();
  await using proxy = await cuttingProxy(Number(new URL(platform.served.url).port));
  const remote = platform.remote("cut", proxy.port);
  await user.git("push", remote, "main");
  for (let round = 0; round < rounds; round++) {
    const before = await git(path, "rev-parse", "main");
    const size = Math.floor(random() * 3 * MiB);
    const sha = await user.commit(randomBytes(size));
    // The request for the refs goes first, on the same connection.
    const cut = Math.floor(random() * (size + 2048));
    proxy.cutAfter(cut);
    const { ok } = await user.try("push", remote, "main");
    const context = `CHAOS_SEED=${seed}, round ${round}: ${cut} of about ${size} bytes`;
    while ((await quarantines(id)).length > 0) await delay(20);
    const after = await git(path, "rev-parse", "main");
    expect(ok ? [sha] : [before, sha], context).toContain(after);
    proxy.cutAfter(Number.POSITIVE_INFINITY);
    expect((await user.try("push", remote, "main")).ok, context).toBe(true);
  }
  await fsck(id);
  // Every step is recorded, once, in order.
  const updates = await platform.look((db) =>
    db.selectFrom("ref_updates").where("project_id", "=", id).orderBy("id").select(["old_sha", "new_sha"]).execute(),
  );
  expect(updates.map(({ new_sha }) => new_sha)).toEqual((await user.git("rev-list", "--reverse", "main")).split("\n"));
  expect(updates.map(({ old_sha }) => old_sha)).toEqual([null, ...updates.slice(0, -1).map(({ new_sha }) => new_sha)]);
});
