import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test as plainTest } from "vitest";
import { SessionFixture } from "./testing/session.ts";
import { SilentServer } from "./testing/silent-server.ts";

const test = plainTest.extend<{ session: SessionFixture }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the fixtures it depends on from the pattern
  session: async ({}, use) => {
    await using session = await SessionFixture.create();
    await use(session);
  },
});

const branch = "agent/s1";

const hook = (session: SessionFixture, script: string) =>
  session.sh(`cat > '${session.remote}/hooks/pre-receive' && chmod +x '${session.remote}/hooks/pre-receive'`, {
    input: `#!/bin/sh\n${script}\n`,
  });

/** A repository with a commit that it has not pushed, in whose work tree the session's clone lies. */
const outer = (session: SessionFixture) =>
  session.sh(
    'git init --quiet --bare outer.git; git init --quiet --initial-branch=private . && git remote add origin "$PWD/outer.git" && git commit --quiet --allow-empty -m private',
    { cwd: session.directory },
  );
const outerBranches = (session: SessionFixture) =>
  session.sh("git --git-dir outer.git for-each-ref", { cwd: session.directory });

describe("whatever Claude Code's exit code, the work is saved and the code is passed on", () => {
  test.for([0, 1, 137])("%i", async (code, { session }) => {
    const { code: exitCode, result } = await session.run(`echo two > file; echo new > added; exit ${code}`);
    expect(exitCode).toBe(code);
    expect(result).toMatchObject({ saved: true, committed: true, exit_code: code, problems: [] });
    expect(await session.at(branch)).toBe("two");
    expect(await session.at(branch, "added")).toBe("new");
  });
});

test("Claude Code killed by a signal: 128 and its number", async ({ session }) => {
  const { code } = await session.run("echo two > file; kill -KILL $$");
  expect(code).toBe(137);
  expect(await session.at(branch)).toBe("two");
});

test("its output is passed on byte for byte, and the prompt comes on its standard input", async ({ session }) => {
  const { stdout } = await session.run("printf '\\001\\n'; cat; printf ' %s' \"$@\"", {
    args: ["--model", "m", "--max-turns", "3", "--", "--version\nis no option"],
  });
  expect(stdout.startsWith("\u0001\n--version\nis no option ")).toBe(true);
  expect(stdout).toContain("--model m --max-turns 3");
  expect(stdout).toMatch(/--setting-sources user --strict-mcp-config --mcp-config=\S+$/);
});

test("the prompt can come in a file; all arguments are then options", async ({ session }) => {
  const file = join(session.directory, "prompt");
  await writeFile(file, "--resume\n$(id) `id`");
  const { stdout } = await session.run('cat; printf " %s" "$@"', {
    args: ["--max-turns", "3"],
    env: { PROMPT_FILE: file },
  });
  expect(stdout).toMatch(/^--resume\n\$\(id\) `id` --print .* --max-turns 3 --setting-sources/);
});

test("SIGTERM reaches Claude Code and what it started, and the work is saved", async ({ session }) => {
  const { child, said, ended } = await session.start(
    "echo two > file; trap 'exit 9' TERM; sleep 600 & sleep 0.3; echo ready; wait",
  );
  await said("ready");
  child.kill("SIGTERM");
  expect((await ended).code).toBe(9);
  expect(await session.at(branch)).toBe("two");
});

test("SIGTERM as soon as Claude Code has been started does not end the runner before it", async ({ session }) => {
  const { code, result } = await session.run("trap '' TERM; kill -TERM $PPID; echo two > file");
  expect([code, result?.saved]).toEqual([0, true]);
  expect(await session.at(branch)).toBe("two");
});

// It is waited for 15 seconds.
test("a Claude Code that does not end when it is asked to is ended in time to save its work", {
  timeout: 90_000,
}, async ({ session }) => {
  const { child, said, ended } = await session.start(
    "trap '' TERM; echo two > file; echo ready; sleep 600 & wait; wait",
  );
  await said("ready");
  child.kill("SIGTERM");
  expect((await ended).code).toBe(137);
  expect(await session.at(branch)).toBe("two");
});

test("Ctrl-C again and again while the work is saved does not keep it from being saved", async ({ session }) => {
  const group = join(session.directory, "group");
  await hook(session, `kill -INT -- "-$(cat '${group}')"; exit 0`);
  const { child, said, ended } = await session.start("echo two > file; echo ready; sleep 600");
  await said("ready");
  await writeFile(group, String(child.pid));
  process.kill(-Number(child.pid), "SIGINT");
  const { code, result } = await ended;
  expect([code, result?.saved]).toEqual([130, true]);
  expect(await session.at(branch)).toBe("two");
});

test("SIGKILL in the middle: what the last checkpoint held survives, on a ref that clones do not show", async ({
  session,
}) => {
  const wait = `until git --git-dir '${session.remote}' show refs/agent-wip/s1:other 2>/dev/null | grep -q staged; do sleep 0.05; done`;
  const { child, said, ended } = await session.start(
    `echo $$ > ../pid; echo two > file; git add file; echo staged > other; ${wait}; echo saved; sleep 600`,
    {
      env: { CHECKPOINT_SECONDS: "0" },
    },
  );
  await said("saved");
  child.kill("SIGKILL");
  // In a container all ends with the runner.
  await session.sh('kill -s KILL -- "-$(cat ../pid)" || true');
  await ended;
  expect(await session.at("refs/agent-wip/s1")).toBe("two");
  expect(await session.at("refs/agent-wip/s1", "other")).toBe("staged");
  expect(await session.sh("git status --porcelain")).toBe("M  file\n?? other");
  expect(await session.branches()).toEqual(["main"]);
});

test("commits that the agent made itself are pushed, with a clean tree", async ({ session }) => {
  const { result } = await session.run("echo two > file; git commit --quiet -am two");
  expect(result).toMatchObject({ saved: true, committed: false, pushed: [{ branch }] });
  expect(await session.at(branch)).toBe("two");
});

test("commits on a branch of the agent's own are pushed under that name", async ({ session }) => {
  await session.run(
    "git checkout --quiet -b mine; echo two > file; git commit --quiet -am two; git checkout --quiet main",
  );
  expect(await session.at("mine")).toBe("two");
});

test("what the agent has put aside is pushed too", async ({ session }) => {
  await session.run("echo two > file; git stash --quiet");
  expect(await session.at("agent/s1-stash")).toBe("two");
  expect(await session.branches()).toEqual(["agent/s1-stash", "main"]);
});

test("a change as quick as the clock is coarse, and no longer than what was there, is seen", async ({ session }) => {
  const sameTime = "touch -d @1000000000";
  const { result } = await session.run(
    `git config core.trustctime false; ${sameTime} file; git update-index --refresh; echo two > file; ${sameTime} file .git/index`,
  );
  expect(result).toMatchObject({ saved: true, pushed: [{ branch }] });
  expect(await session.at(branch)).toBe("two");
});

test("nothing changed: nothing is pushed", async ({ session }) => {
  const { code, result } = await session.run("true");
  expect([code, result?.pushed, result?.saved]).toEqual([0, [], true]);
  expect(await session.branches()).toEqual(["main"]);
});

const elsewhere = (session: SessionFixture, content: string, file = "file") =>
  session.sh(
    `git clone --quiet '${session.remote}' other && cd other && git checkout --quiet -B ${branch} && echo ${content} > ${file} && git add -A && git commit --quiet -m other && git push --quiet origin ${branch}`,
    { cwd: session.directory },
  );

test("the branch has moved: the work is rebased onto it", async ({ session }) => {
  await elsewhere(session, "theirs", "theirs");
  const { code } = await session.run("echo two > file");
  expect(code).toBe(0);
  expect([await session.at(branch), await session.at(branch, "theirs")]).toEqual(["two", "theirs"]);
});

test("the branch has moved and conflicts: the work is on the rescue branch", async ({ session }) => {
  await elsewhere(session, "theirs");
  const { code, result } = await session.run("echo two > file");
  expect(code).toBe(0);
  expect(result).toMatchObject({ saved: true, pushed: [{ branch: "agent/s1-rescue" }] });
  expect([await session.at(branch), await session.at("agent/s1-rescue")]).toEqual(["theirs", "two"]);
});

test("a branch that refuses the push, as a protected one does: the rescue branch", async ({ session }) => {
  const hook = `#!/bin/sh\nwhile read old new ref; do test "$ref" != refs/heads/main || { echo protected >&2; exit 1; }; done\n`;
  await session.sh(
    `printf '%s' '${hook}' > '${session.remote}/hooks/pre-receive' && chmod +x '${session.remote}/hooks/pre-receive'`,
  );
  const { result } = await session.run("echo two > file", { env: { BRANCH: "main" } });
  expect(result).toMatchObject({ saved: true, pushed: [{ branch: "agent/s1-rescue" }] });
  expect(await session.at("main")).toBe("one");
});

test("the remote is down and comes back", async ({ session }) => {
  const { said, ended } = await session.start(
    `echo two > file; mv '${session.remote}' '${session.remote}.away'; echo gone`,
  );
  await said("gone");
  await session.sh(`sleep 1; mv '${session.remote}.away' '${session.remote}'`);
  expect((await ended).code).toBe(0);
  expect(await session.at(branch)).toBe("two");
});

test("the remote is down for good: a bundle in a named place, and exit code 70", async ({ session }) => {
  const { code, result } = await session.run(`echo two > file; mv '${session.remote}' '${session.remote}.away'`, {
    env: { PUSH_SECONDS: "1" },
  });
  expect(code).toBe(70);
  expect(result).toMatchObject({ saved: false, bundle: `${session.workspace}-rescue/s1.bundle` });
  await session.sh(`mv '${session.remote}.away' '${session.remote}'`);
  expect(await session.inBundle(result?.bundle, branch)).toBe("two");
});

test("a push that takes longer than an absent platform is waited for is not broken off", async ({ session }) => {
  await hook(session, "sleep 7");
  const { code, result } = await session.run("echo two > file", { env: { PUSH_SECONDS: "1" } });
  expect([code, result?.saved]).toEqual([0, true]);
});

test("asked to end while the platform takes connections and does not answer: the bundle is there in time", async ({
  session,
}) => {
  await using silent = await SilentServer.create();
  await session.sh(`git remote set-url origin ${silent.url}`);
  const two = "echo two > file; git checkout --quiet -b mine; git commit --quiet -am two; git checkout --quiet main";
  const { child, said, ended } = await session.start(`${two}; echo three > file; echo ready; sleep 600`, {
    env: { CHECKPOINT_SECONDS: "0", PUSH_SECONDS: "2" },
  });
  await said("ready");
  await silent.asked;
  child.kill("SIGTERM");
  const { code, result } = await ended;
  expect([code, result?.saved, result?.pushed]).toEqual([70, false, []]);
  expect(await session.inBundle(result?.bundle, branch)).toBe("three");
  expect(await session.inBundle(result?.bundle, "mine")).toBe("two");
});

test("a hook that refuses everything: a bundle, and exit code 70", async ({ session }) => {
  await hook(session, "echo nothing today >&2; exit 1");
  const { code, result } = await session.run("echo two > file");
  expect([code, result?.saved, await session.branches()]).toEqual([70, false, ["main"]]);
  expect(result?.problems).toContainEqual(expect.stringContaining("nothing today"));
  expect(await session.inBundle(result?.bundle, branch)).toBe("two");
});

test("a file that the platform refuses: what was committed without it is pushed, the rest is in a bundle", async ({
  session,
}) => {
  const refuse = 'git ls-tree -r --name-only "$new" | grep -q huge && { echo huge is too large >&2; exit 1; }';
  await hook(session, `while read old new ref; do ${refuse}; done; exit 0`);
  const { code, result } = await session.run(
    "echo two > file; git commit --quiet -am two; echo three > file; echo x > huge",
  );
  expect(code).toBe(70);
  expect(result).toMatchObject({ saved: false, pushed: [{ branch }] });
  expect(result?.problems).toContainEqual(expect.stringContaining("huge is too large"));
  expect(await session.at(branch)).toBe("two");
  expect(await session.inBundle(result?.bundle, branch)).toBe("three");
});

test("what the agent has pushed itself is told, and not pushed again", async ({ session }) => {
  const { result } = await session.run(
    `git checkout --quiet -b ${branch}; echo two > file; git commit --quiet -am two; git push --quiet origin ${branch}`,
  );
  const commit = await session.sh(`git rev-parse ${branch}`);
  expect(result).toMatchObject({ saved: true, committed: false, pushed: [{ branch, commit }] });
});

test("everything that was put aside is pushed", async ({ session }) => {
  await session.run("echo two > file; git stash --quiet; echo three > file; git stash --quiet");
  expect([await session.at("agent/s1-stash"), await session.at("agent/s1-stash-1")]).toEqual(["three", "two"]);
});

test("repositories within are saved with their files; clones of others are left out, and told", async ({ session }) => {
  const { result } = await session.run(
    `git init --quiet new; echo n > new/n; git init --quiet old; cd old; echo o > o; echo s > .env; git add o; git commit --quiet -m o; cd ..; git clone --quiet '${session.remote}' other; echo two > file`,
  );
  expect(result).toMatchObject({ saved: true, problems: ["other is a clone of another repository, and is left out"] });
  expect(await session.sh(`git --git-dir '${session.remote}' ls-tree -r --name-only ${branch}`)).toBe(
    ".gitignore\nfile\nnew/n\nold/o",
  );
});

test("a detached HEAD, commits on it and a dirty tree", async ({ session }) => {
  await session.run("git checkout --quiet --detach; echo two > file; git commit --quiet -am two; echo three > file");
  expect(await session.at(branch)).toBe("three");
  expect(await session.at(`${branch}~1`)).toBe("two");
});

test("in the middle of a rebase with conflicts: both sides are saved, and the rebase is left as it is", async ({
  session,
}) => {
  const script = [
    "git checkout --quiet -b topic; echo topic > file; git commit --quiet -am topic",
    "git checkout --quiet main; echo ours > file; git commit --quiet -am ours",
    "git checkout --quiet topic; git rebase main",
  ].join("; ");
  const { code, result } = await session.run(script);
  expect([code === 0, result?.saved]).toEqual([false, true]);
  expect(await session.at("topic")).toBe("topic");
  expect(await session.at("agent/s1~1")).toBe("ours");
  expect(await session.at("agent/s1")).toContain("<<<<<<<");
  expect(await session.sh("git status")).toContain("rebas");
});

describe("the agent destroys its clone, which lies in the work tree of another repository", () => {
  const destructions: readonly [string, string][] = [
    [".git removed", "rm -rf .git"],
    ["its objects removed", "find .git/objects -type f -delete"],
    ["another repository in its place", "rm -rf .git; git init --quiet"],
    ["a pointer to the other in its place", "rm -rf .git; echo 'gitdir: ../.git' > .git"],
  ];
  test.for(destructions)("%s: its files are saved, and that commits are lost is said", async ([, how], { session }) => {
    await outer(session);
    const { code, result } = await session.run(
      `echo two > file; mkdir sub; echo s > sub/f; echo s > .env; ${how}; exit 0`,
    );
    expect([code, result?.saved]).toEqual([70, false]);
    expect(result?.problems).toContainEqual(expect.stringContaining("commits that were not pushed are lost"));
    expect(result?.pushed).toMatchObject([{ branch }]);
    expect(await session.sh(`git --git-dir '${session.remote}' ls-tree -r --name-only ${branch}`)).toBe(
      ".gitignore\nfile\nsub/f",
    );
    expect([await session.at(branch), await session.at(`${branch}~1`)]).toEqual(["two", "one"]);
    expect(await outerBranches(session)).toBe("");
  });

  test(".git removed and the branch moved: its files go on top of what is there", async ({ session }) => {
    await elsewhere(session, "theirs", "theirs");
    const { result } = await session.run("echo two > file; rm -rf .git; git init --quiet new; echo n > new/n");
    expect(result?.pushed).toMatchObject([{ branch }]);
    const files = [await session.at(branch), await session.at(branch, "theirs"), await session.at(branch, "new/n")];
    expect(files).toEqual(["two", "theirs", "n"]);
  });

  test(".git removed with the platform away: its files are in a bundle", async ({ session }) => {
    const { code, result } = await session.run(
      `echo two > file; rm -rf .git; mv '${session.remote}' '${session.remote}.away'`,
      { env: { PUSH_SECONDS: "1" } },
    );
    expect([code, result?.saved, result?.pushed]).toEqual([70, false, []]);
    await session.sh(`mv '${session.remote}.away' '${session.remote}'`, { cwd: session.directory });
    expect(await session.inBundle(result?.bundle, branch)).toBe("two");
  });

  test.for([
    ["removed", 'rm -rf "$WORK"'],
    ["emptied", 'rm -rf "$WORK"; mkdir "$WORK"'],
  ])("the work tree %s: nothing is pushed, and it is said", async ([, how = ""], { session }) => {
    await outer(session);
    const { code, result } = await session.run(`cd /; ${how}`, { env: { WORK: session.workspace } });
    expect([code, result?.saved, result?.pushed]).toEqual([70, false, []]);
    expect(result?.problems).toContainEqual(expect.stringContaining("the work tree is gone"));
    expect(await session.branches()).toEqual(["main"]);
    expect(await outerBranches(session)).toBe("");
  });

  test("the agent's own git does not take the other repository for its clone either", async ({ session }) => {
    await outer(session);
    const { stdout } = await session.run("rm -rf .git; git rev-parse --git-dir 2>&1 || echo none");
    expect(stdout).toContain("none");
  });
});

test("what git says is cut before it is passed on", async ({ session }) => {
  await hook(session, "head -c 300000 /dev/zero | tr '\\0' x | fold -w 200 >&2; exit 1");
  const { result, stderr } = await session.run("echo two > file");
  expect(result?.problems).toContainEqual(expect.stringContaining("xxx"));
  expect((stderr.trimEnd().split("\n").at(-1) ?? "").length).toBeLessThan(20_000);
});

test("hooks, monitors and signing that the repository configures do not keep the work from being saved", async ({
  session,
}) => {
  const { result } = await session.run(
    "printf '#!/bin/sh\\nexit 1\\n' > .git/hooks/pre-commit; cp .git/hooks/pre-commit .git/hooks/pre-push; chmod +x .git/hooks/pre-*; git config commit.gpgSign true; git config core.fsmonitor /bin/false; echo two > file",
  );
  expect(result).toMatchObject({ saved: true, problems: [] });
  expect(await session.at(branch)).toBe("two");
});

test("secrets and the platform's files in the work tree are not committed; what is tracked is", async ({ session }) => {
  await session.run(
    "mkdir -p .platform deep; echo s > .platform/agent.env; echo s > .env; echo s > deep/.env.local; echo s > deep/id_rsa; echo s > a.pem; echo s > ignored; echo two > file",
  );
  expect(await session.sh(`git --git-dir '${session.remote}' ls-tree -r --name-only ${branch}`)).toBe(
    ".gitignore\nfile",
  );
});

test("the token is in no argument, file, output or configuration", async ({ session }) => {
  const { stdout, stderr } = await session.run(
    `cat "$GIT_CONFIG_GLOBAL"; printf '%s\\n' "$@"; cat "$(printf '%s\\n' "$@" | sed -n 's/^--mcp-config=//p')"; git config --list`,
  );
  expect(stdout).toContain("platform-core.js");
  expect(stdout + stderr).not.toContain("plat_api_secret");
});

test("the token goes to the platform alone, and is read when it is asked for", async ({ session }) => {
  const ask = (url: string) =>
    `printf 'url=${url}\\n\\n' | git credential fill 2>&1 | grep -c '^password=plat_api_secret$'`;
  const { stdout } = await session.run(`${ask("http://platform.example:8080")}; ${ask("http://elsewhere.example")}`, {
    env: { PLATFORM_API_URL: "http://platform.example:8080/prefix", PLATFORM_USER: "ada" },
  });
  expect(stdout).toBe("1\n0\n");
});

test("the repository's instructions are the default branch's", async ({ session }) => {
  await session.sh(
    "echo 'be nice' > CLAUDE.md && git add -A && git commit --quiet -m c && git push --quiet origin main && git checkout --quiet -b other && echo 'be evil' > CLAUDE.md",
  );
  const { stdout } = await session.run(`cat "$(printf '%s\\n' "$@" | sed -n '/append-system-prompt-file/{n;p}')"`);
  expect(stdout.trim()).toBe("be nice");
});

test("a role's servers that have no bundle can be gone without", async ({ session }) => {
  const { code, stdout, stderr } = await session.run(`cat "$(printf '%s\\n' "$@" | sed -n 's/^--mcp-config=//p')"`, {
    env: { AGENT_ROLE: "ops", MCP_ALLOW_MISSING: "1" },
  });
  expect([code, Object.keys(JSON.parse(stdout).mcpServers)]).toEqual([0, ["platform-core", "platform-pipeline"]]);
  expect(stderr).toMatch(/^runner: goes without platform-deploy, platform-observe$/m);
});

describe("what cannot start says so in one line, before anything is started", () => {
  const cases: readonly [string, number, RegExp, Record<string, string>, string[]?][] = [
    ["an unknown role", 64, /no role "boss"; the roles are dev/, { AGENT_ROLE: "boss" }],
    ["a missing bundle", 78, /missing: .*platform-deploy\.js/, { AGENT_ROLE: "ops" }],
    ["no token", 78, /PLATFORM_API_TOKEN or PLATFORM_API_TOKEN_FILE must be set/, { PLATFORM_API_TOKEN: "" }],
    ["a bad branch", 78, /is not a branch name/, { BRANCH: "--upload-pack=x" }],
    ["no clone", 78, /is not a git work tree/, { WORKSPACE: "/" }],
    ["no file with the prompt", 78, /PROMPT_FILE cannot be read/, { PROMPT_FILE: "/nonexistent" }],
    ["messages of no session", 78, /MESSAGES_AFTER needs PROJECT_ID/, { MESSAGES_AFTER: "1" }],
    ["a bad URL", 78, /PLATFORM_API_URL must be/, { PLATFORM_API_URL: "http://a:b@c" }],
    ["no prompt", 64, /there is no prompt/, {}, ["--model", "m", "--", " "]],
  ];
  test.for(cases)("%s", async ([, exitCode, message, env, args], { session }) => {
    const { code, stdout, stderr } = await session.run("echo started", { env, ...(args && { args }) });
    expect([code, stdout]).toEqual([exitCode, ""]);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });
});

test("nothing of the session is left in temporary directories", async ({ session }) => {
  await session.run("echo two > file");
  expect(await session.sh("ls", { cwd: session.directory })).toBe("bin\nremote.git\nservers\nwork");
  expect(await readFile(join(session.workspace, "file"), "utf8")).toBe("two\n");
});
