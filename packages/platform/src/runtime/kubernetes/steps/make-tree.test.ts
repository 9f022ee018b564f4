import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { initRepository } from "../../../git/init-repository.ts";
import { plainGit, plainGitBytes } from "../../../git/testing/plain-git.ts";
import { StartError } from "../../runtime.ts";
import { makeTree } from "./make-tree.ts";

const content = `commit refs/heads/main
mark :1
committer Ada <ada@example.com> 1700000000 +0000
data 5
first
M 644 inline kept.txt
data 4
kept

commit refs/heads/main
committer Ada <ada@example.com> 1700000001 +0000
data 6
second
M 755 inline run.sh
data 9
#!/bin/sh
reset refs/heads/other
from :1
`;

let directory: string;
let repository: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "make-tree-"));
  repository = join(directory, "p.git");
  await initRepository(repository, "main");
  plainGitBytes(repository, ["fast-import", "--quiet"], content);
});
afterAll(() => rm(directory, { recursive: true }));

const planOf = (commit: string, inputs: readonly object[] = []) => ({
  ...{ stepId: "s", attempt: 1, pipelineId: "p", projectId: "p", name: "n", image: "i", commands: [], environment: {} },
  ...{ source: { repository: { path: repository }, commit }, timeoutSeconds: 1 },
  inputs: inputs.map((input) => ({
    path: "in.txt",
    kind: "file" as const,
    open: () => Readable.from(["in"]),
    ...input,
  })),
});
const { signal } = new AbortController();

test("a work tree is whole without its repository, whose place it does not tell", async () => {
  const tree = join(directory, "tree");
  await mkdir(tree);
  await makeTree(tree, planOf(plainGit(repository, "rev-parse", "main"), [{}]), signal);
  const away = join(directory, "away.git");
  await rename(repository, away);
  try {
    expect((await readdir(tree)).sort()).toEqual([".git", "in.txt", "kept.txt", "run.sh"]);
    expect(plainGit(tree, "log", "--format=%s")).toBe("second\nfirst");
    expect(plainGit(tree, "log", "--format=%s", "origin/other")).toBe("first");
    expect(plainGit(tree, "status", "--porcelain")).toBe("?? in.txt");
    expect(plainGit(tree, "fsck", "--full")).toBe("");
    for (const name of await readdir(join(tree, ".git"), { recursive: true, withFileTypes: true })) {
      if (!name.isFile()) continue;
      expect(String(await readFile(join(name.parentPath, name.name)))).not.toContain(directory);
    }
  } finally {
    await rename(away, repository);
  }
  expect(existsSync(join(tree, ".git", "objects", "info", "alternates"))).toBe(false);
});

test("what cannot be made is said for people", async () => {
  const [none, outside] = [join(directory, "none"), join(directory, "outside")];
  for (const tree of [none, outside]) await mkdir(tree);
  await expect(makeTree(none, planOf("1".repeat(40)), signal)).rejects.toThrow(StartError);
  await expect(
    makeTree(outside, planOf(plainGit(repository, "rev-parse", "main"), [{ path: "../out" }]), signal),
  ).rejects.toThrow("The artifact path ../out is outside of the work tree");
});
