import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { runInGroup } from "../claude-code/process-group.ts";
import { GitUser, git } from "../lib/git-user.ts";
import { startTestPlatform, type TestPlatform, type TestProject } from "../lib/platform.ts";

const runner = join(import.meta.dirname, "../../packages/runner/src/main.ts");

let platform: TestPlatform;
let project: TestProject;
let token: string;
let commits: { readonly main: string; readonly topic: string };
beforeAll(async () => {
  platform = await startTestPlatform();
  await using user = await GitUser.create();
  const main = await user.commit("one\n");
  await user.git("checkout", "--quiet", "-b", "topic/über-(id)-'&x");
  await writeFile(join(user.path, ".gitattributes"), "* filter=evil\n");
  commits = { main, topic: await user.commit("two\n") };
  await user.git("checkout", "--quiet", "main");
  project = await platform.importRepository(user.path, "cloned");
  token = await platform.tokenFor({ scopes: ["project:read"], project: project.id });
});
afterAll(() => platform?.close());

let directory: string;
let clone: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "clone-"));
  clone = join(directory, "work");
});
afterEach(() => rm(directory, { recursive: true }));

const cloneOn = (branch: string, env: Readonly<Record<string, string>> = {}) =>
  runInGroup(process.execPath, [runner, "clone"], {
    cwd: directory,
    env: {
      PATH: process.env.PATH,
      HOME: directory,
      TMPDIR: directory,
      CLONE_URL: `${platform.url}/admin/cloned.git`,
      PLATFORM_API_URL: platform.url,
      PLATFORM_API_TOKEN: token,
      PLATFORM_USER: "admin",
      WORKSPACE: clone,
      BRANCH: branch,
      PUSH_SECONDS: "1",
      ...env,
    },
    deadlineMs: 60_000,
  });

test.each([
  ["new, it is made from the default branch", "agent/new", "main", "one\n"],
  ["there, it is checked out", "topic/über-(id)-'&x", "topic", "two\n"],
  ["the default branch, it is checked out", "main", "main", "one\n"],
] as const)("when the branch is %s", async (_, branch, commit, content) => {
  const { exitCode, stdout, stderr } = await cloneOn(branch);
  expect([exitCode, stdout, stderr]).toEqual([0, "", ""]);
  expect(await git(clone, "rev-parse", "--abbrev-ref", "HEAD")).toBe(branch);
  expect(await git(clone, "rev-parse", "HEAD")).toBe(commits[commit]);
  expect(await git(clone, "rev-parse", "--abbrev-ref", "origin/HEAD")).toBe("origin/main");
  expect(await git(clone, "status", "--short")).toBe("");
  expect(await readFile(join(clone, "file"), "utf8")).toBe(content);
  expect(await readFile(join(clone, ".git", "config"), "utf8")).not.toContain(token);
  expect(await git(directory, "config", "--file", join(clone, ".git", "config"), "remote.origin.url")).toBe(
    `${platform.url}/admin/cloned.git`,
  );
});

test("of an empty repository, its first commit will be on the branch", async () => {
  await using user = await GitUser.create();
  const { name } = await platform.importRepository(user.path, "empty");
  const every = await platform.tokenFor({ scopes: [] });
  const url = `${platform.url}/admin/${name}.git`;
  expect(await cloneOn("agent/first", { CLONE_URL: url, PLATFORM_API_TOKEN: every })).toMatchObject({ exitCode: 0 });
  expect(await git(clone, "symbolic-ref", "HEAD")).toBe("refs/heads/agent/first");
});

const failures: readonly [string, Readonly<Record<string, string>>, number, RegExp][] = [
  ["a token that is not valid", { PLATFORM_API_TOKEN: "plat_api_wrong" }, 1, /Authentication failed/],
  ["a repository that is not there", { CLONE_URL: "" }, 1, /not found/],
  ["a platform that is away", { CLONE_URL: "http://127.0.0.1:1/a/b.git" }, 1, /connect/i],
  ["a URL with a user", { CLONE_URL: "http://a:b@127.0.0.1/c.git" }, 78, /CLONE_URL must be/],
  ["another kind of URL", { CLONE_URL: "ext::sh -c id" }, 78, /CLONE_URL must be/],
  ["a branch that is an option", { BRANCH: "--upload-pack=x" }, 78, /is not a branch name/],
];

test.each(failures)("with %s it fails in one line", async (_, env, code, message) => {
  const missing = { CLONE_URL: `${platform.url}/admin/none.git` };
  const { exitCode, stderr } = await cloneOn("agent/x", { ...env, ...(env.CLONE_URL === "" && missing) });
  expect([exitCode, stderr]).toEqual([code, expect.stringMatching(message)]);
  expect(stderr).not.toContain(token);
});
