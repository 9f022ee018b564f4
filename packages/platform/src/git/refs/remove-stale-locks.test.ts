import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { useSample } from "../testing/use-sample.ts";
import { removeStaleLocks } from "./remove-stale-locks.ts";

const sample = useSample((repository) => void repository.commit());

function lock(name: string): string {
  const path = join(sample.path, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, "");
  return path;
}

test("locks that nobody holds are removed wherever git makes them, and nothing else is", async () => {
  const locks = [
    "refs/heads/main.lock",
    "refs/heads/a/b.lock",
    "packed-refs.lock",
    "HEAD.lock",
    "objects/maintenance.lock",
  ]
    .concat("objects/info/commit-graphs/commit-graph-chain.lock", "objects/pack/multi-pack-index.lock")
    .map(lock);
  expect(sample.git("rev-parse", "main")).toMatch(/^[0-9a-f]{40}$/);
  expect([...(await removeStaleLocks(sample))].sort()).toEqual(locks.sort());
  sample.git("update-ref", "refs/heads/main", "main");
  sample.git("fsck");
  expect(await removeStaleLocks(sample)).toEqual([]);
});

test("a lock stays while git works on the repository, but a clone is in nobody's way", async () => {
  const path = lock("refs/heads/x.lock");
  // Waits for a push that does not come.
  const git = spawn("git", ["receive-pack", sample.path], { stdio: ["pipe", "pipe", "ignore"] });
  await once(git.stdout, "data");
  expect(await removeStaleLocks(sample)).toEqual([]);
  expect(existsSync(path)).toBe(true);
  const ended = once(git, "close");
  git.kill("SIGKILL");
  await ended;
  const clone = spawn("git", ["upload-pack", sample.path], { stdio: ["pipe", "pipe", "ignore"] });
  await once(clone.stdout, "data");
  expect(await removeStaleLocks(sample)).toEqual([path]);
  clone.kill("SIGKILL");
  await once(clone, "close");
});

test("a young lock stays where another machine may hold it", async () => {
  const path = lock("refs/heads/y.lock");
  expect(await removeStaleLocks(sample, 60_000)).toEqual([]);
  const old = Date.now() / 1000 - 120;
  utimesSync(path, old, old);
  expect(await removeStaleLocks(sample, 60_000)).toEqual([path]);
});
