import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, expect, test, vi } from "vitest";
import { findGit } from "./find-git.ts";

const directory = mkdtempSync(join(tmpdir(), "platform-find-git-"));
afterAll(() => rmSync(directory, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

function pretend(answer: string): void {
  writeFileSync(join(directory, "git"), `#!/bin/sh\necho "${answer}"\n`);
  chmodSync(join(directory, "git"), 0o755);
  vi.stubEnv("PATH", `${directory}:/usr/bin:/bin`);
}

test("the git of this machine has a version", async () => {
  expect((await findGit()).version).toMatch(/^\d+\.\d+/);
});

test.each(["2.38.0", "2.47.1.windows.2", "2.50.1 (Apple Git-155)", "3.0.0-rc1"])("git %s will do", async (version) => {
  pretend(`git version ${version}`);
  expect((await findGit()).version).toBe(version.split(" ")[0]);
});

test.each(["2.37.9", "1.9.5"])("git %s is too old, and said so in one line", async (version) => {
  pretend(`git version ${version}`);
  await expect(findGit()).rejects.toMatchObject({
    name: "GitMissingError",
    message: `git ${version} is too old: install git 2.38 or newer`,
  });
});

test("what is not git is said so", async () => {
  pretend("something else");
  await expect(findGit()).rejects.toThrow("is not git");
});
