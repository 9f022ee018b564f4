import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { layoutOf } from "./layout.ts";
import { type Claim, claimOwnership, currentOwner } from "./ownership.ts";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "ownership-"));
});
afterEach(() => rm(directory, { recursive: true }));

function winners(claims: readonly Claim[]): number {
  return claims.filter(({ owned }) => owned).length;
}

async function claimOften(times: number): Promise<Claim[]> {
  return Promise.all(Array.from({ length: times }, () => claimOwnership(directory, "platform")));
}

/** What an owner that was killed leaves: the pid may be free, or by now another process's. */
async function leaveBehind(content: string): Promise<void> {
  const { owners } = layoutOf(directory);
  const last = Math.max(0, ...(await readdir(owners)).map(Number));
  await writeFile(join(owners, String(last)), content);
}

test("of many claims at once one wins, and the others are told who", async () => {
  const claims = await claimOften(20);
  expect(winners(claims)).toBe(1);
  const loser = claims.find(({ owned }) => !owned);
  expect(loser).toMatchObject({ owner: { pid: process.pid, kind: "platform" } });
  expect(await currentOwner(directory)).toMatchObject({ pid: process.pid });
});

test("a released directory is free, again and again", async () => {
  for (let times = 0; times < 5; times++) {
    const claims = await claimOften(5);
    expect(winners(claims)).toBe(1);
    for (const claim of claims) {
      await (claim.owned ? claim.release() : undefined);
    }
    expect(await currentOwner(directory)).toBeUndefined();
  }
  expect(await readdir(layoutOf(directory).owners)).toEqual(["5"]);
});

test.each([
  ["a process that is gone", () => ({ pid: spawnSync("true").pid, started: "x", kind: "platform" })],
  ["a process whose pid is another's now", () => ({ pid: process.pid, started: "earlier", kind: "platform" })],
])("%s is no owner, and exactly one of many takes its place", async (_, dead) => {
  await claimOften(1);
  await leaveBehind(JSON.stringify(dead()));
  expect(await currentOwner(directory)).toBeUndefined();
  expect(winners(await claimOften(20))).toBe(1);
});

test.each(["", "{", "null", "[]", '{"pid":"1"}'])("a damaged record (%j) is in nobody's way", async (content) => {
  await claimOften(1);
  await leaveBehind(content);
  expect(winners(await claimOften(5))).toBe(1);
});
