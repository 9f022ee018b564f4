import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type PushedPlatform, startPushedPlatform } from "../git-push/pushed-platform.ts";
import { GitUser, git } from "../lib/git-user.ts";
import { seed, seededRandom } from "../lib/seeded-random.ts";
import { kill, victims } from "./victims.ts";

const rounds = Number(process.env.CHAOS_ROUNDS ?? 2);

/** Somebody who pushes one commit after the other to a branch of their own, without pause. */
class Pusher {
  /** The last commit that git said it had pushed. */
  acknowledged: string | undefined;
  pushes = 0;
  readonly #user: GitUser;
  readonly #remote: string;
  readonly #branch: string;
  readonly #random: () => number;
  #stopping = false;
  #running = Promise.resolve();
  #failure: unknown;

  constructor(user: GitUser, remote: string, branch: string, random: () => number) {
    this.#user = user;
    this.#remote = remote;
    this.#branch = branch;
    this.#random = random;
  }

  start(): void {
    this.#stopping = false;
    this.#running = this.#push().catch((error: unknown) => {
      this.#failure = error;
    });
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#running;
  }

  /** Waits until more than so many pushes are confirmed. @throws what ended the pushing */
  async pushedMoreThan(pushes: number): Promise<void> {
    while (this.pushes <= pushes) {
      if (this.#failure !== undefined) throw this.#failure;
      await delay(10);
    }
  }

  /** Every commit that was made, oldest first. */
  async commits(): Promise<string[]> {
    return (await this.#user.git("rev-list", "--reverse", "HEAD")).split("\n");
  }

  async #push(): Promise<void> {
    while (!this.#stopping) {
      // Never so little that the same could come twice: git makes no commit of what has not changed.
      const sha = await this.#user.commit(randomBytes(16 + Math.floor(this.#random() ** 4 * 2_000_000)));
      const { ok } = await this.#user.try("push", this.#remote, `HEAD:${this.#branch}`);
      if (!ok) {
        await delay(20);
        continue;
      }
      this.acknowledged = sha;
      this.pushes++;
    }
  }
}

let platform: PushedPlatform;
const users: GitUser[] = [];
beforeAll(async () => {
  platform = await startPushedPlatform();
});
afterAll(async () => {
  await platform[Symbol.asyncDispose]();
  for (const user of users) await user[Symbol.asyncDispose]();
});

test(`kill -9 under pushes loses none and records each once (CHAOS_SEED=${seed}, ${rounds} rounds)`, {
  timeout: 60_000 + rounds * 40_000,
}, async () => {
  const random = seededRandom(seed);
  const id = await platform.addProject("chaos");
  const path = platform.repository(id);
  const branches = ["a", "b", "main"];
  const pushers = new Map<string, Pusher>();
  for (const branch of branches) {
    const user = await GitUser.create();
    users.push(user);
    pushers.set(branch, new Pusher(user, platform.remote("chaos"), branch, random));
  }
  for (let round = 0; round < rounds; round++) {
    const victim = victims[Math.floor(random() * victims.length)] ?? "all";
    const context = `CHAOS_SEED=${seed}, round ${round}: killed ${victim}`;
    for (const pusher of pushers.values()) pusher.start();
    await delay(100 + random() * 600);
    await kill(platform.served, victim);
    const before = [...pushers.values()].map(({ pushes }) => pushes);
    // Each goes on pushing: no lock that a killed git has left is in anybody's way.
    for (const [index, pusher] of [...pushers.values()].entries())
      await pusher.pushedMoreThan((before[index] ?? 0) + 1);
    await Promise.all([...pushers.values()].map((pusher) => pusher.stop()));
    for (const [branch, pusher] of pushers) {
      const tip = await git(path, "rev-parse", branch);
      const commits = await pusher.commits();
      // What came after the last confirmed push may have landed too.
      expect(commits.slice(commits.indexOf(pusher.acknowledged ?? "")), `${context}, ${branch}`).toContain(tip);
    }
  }
  await git(path, "fsck", "--strict", "--no-dangling");
  await recordedOnce(id, path, branches);
  const pushes = [...pushers.values()].reduce((sum, pusher) => sum + pusher.pushes, 0);
  process.stdout.write(`${rounds} kills, ${pushes} pushes confirmed\n`);
});

/** The recorded changes of each branch lead without a gap from nothing to where it is; the audit log has the same. */
async function recordedOnce(id: string, path: string, branches: readonly string[]): Promise<void> {
  const updates = () =>
    platform.look((db) =>
      db
        .selectFrom("ref_updates")
        .where("project_id", "=", id)
        .orderBy("id")
        .select(["ref", "old_sha", "new_sha", "source"])
        .execute(),
    );
  const audited = await platform.look((db) =>
    db
      .selectFrom("audit_log")
      .where("resource_id", "=", id)
      .where("outcome", "=", "done")
      .orderBy("id")
      .select("after")
      .execute(),
  );
  const inAudit = audited.flatMap(({ after }): unknown[] => {
    const { refs = [] }: { refs?: unknown[] } = typeof after === "object" && after !== null ? after : {};
    return refs;
  });
  const recorded = await updates();
  for (const branch of branches) {
    const ref = `refs/heads/${branch}`;
    const steps = recorded.filter((update) => update.ref === ref);
    expect(steps.map(({ old_sha }) => old_sha)).toEqual([null, ...steps.slice(0, -1).map(({ new_sha }) => new_sha)]);
    expect(steps.at(-1)?.new_sha).toBe(await git(path, "rev-parse", branch));
    const shas = steps.map(({ old_sha, new_sha }) => ({ ref, old_sha, new_sha }));
    expect(inAudit.filter((entry) => isOf(entry, ref))).toEqual(shas);
  }
  // Whatever died, every change could be told whose it was.
  expect(new Set(recorded.map(({ source }) => source))).toEqual(new Set(["push"]));
}

function isOf(entry: unknown, ref: string): boolean {
  return typeof entry === "object" && entry !== null && "ref" in entry && entry.ref === ref;
}
