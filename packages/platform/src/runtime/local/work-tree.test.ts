import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { plainGit, plainGitBytes } from "../../git/testing/plain-git.ts";
import { type LocalSteps, openLocalSteps } from "./testing/local-steps.ts";

let steps: LocalSteps;
beforeAll(async () => {
  steps = await openLocalSteps();
});
afterAll(() => steps[Symbol.asyncDispose]());

/** Adds a commit to a branch from a stream for `git fast-import`, and gives its SHA. */
function commit(branch: string, changes: string | Buffer): string {
  const from = plainGit(steps.repository, "rev-parse", "main");
  const head = `commit refs/heads/${branch}\ncommitter A <a@b> 1700000001 +0000\ndata 6\nsecond\nfrom ${from}\n`;
  const stream = Buffer.concat([Buffer.from(head), Buffer.from(changes)]);
  plainGitBytes(steps.repository, ["fast-import", "--quiet", "--force"], stream);
  return plainGit(steps.repository, "rev-parse", `refs/heads/${branch}`);
}

const file = (name: string, content: string, mode = "644") =>
  `M ${mode} inline ${name}\ndata ${Buffer.byteLength(content)}\n${content}\n`;

/** Runs commands in a checkout of that commit. */
async function runAt(sha: string, ...commands: readonly string[]): Promise<string> {
  const step = await steps.start({ commands, commit: sha });
  await step.exited;
  await step.dispose();
  return step.text();
}

test("git in a step knows the history, branches and tags, and that nothing has changed", async () => {
  const first = plainGit(steps.repository, "rev-parse", "main");
  const second = commit("feature/über-😀", file("b.txt", "b"));
  plainGit(steps.repository, "tag", "v1", first);
  plainGit(steps.repository, "-c", "user.name=a", "-c", "user.email=a@b", "tag", "-a", "-m", "two", "v2", second);
  plainGit(steps.repository, "update-ref", "refs/agent-wip/x", second);
  const text = await runAt(
    second,
    "git status --short",
    "git log --format=%s",
    "git describe --tags",
    "git for-each-ref --format='%(refname)'",
    "git rev-parse HEAD origin/main",
    "git diff --stat origin/main | tail -1",
    "test -z $(git branch --show-current)",
    "git fsck --strict 2>/dev/null",
    "git switch -qc mine && git -c user.name=a -c user.email=a@b commit -q --allow-empty -m own && git log --format=%s -1",
  );
  expect(text.split("\n")).toEqual([
    ..."second,first,v2".split(","),
    ..."refs/remotes/origin/feature/über-😀,refs/remotes/origin/main,refs/tags/v1,refs/tags/v2".split(","),
    second,
    first,
    " 1 file changed, 1 insertion(+)",
    "own",
    "",
  ]);
  expect(plainGit(steps.repository, "rev-list", "--all", "--count")).toBe("2");
});

test("names and links are checked out as they are, and lead nothing astray", async () => {
  const names = [
    "-rf",
    "a b",
    "new\\nline",
    'quote\\"s',
    "ü",
    ":(glob)x",
    "*",
    "$(touch pwned)",
    "\\351\\377",
    ".gitmodules",
  ];
  const changes = names.map((name) => file(`"odd/${name}"`, "x")).join("");
  const links = "M 120000 inline out\ndata 11\n/etc/passwd\nM 120000 inline up\ndata 8\n../../..\n";
  const submodule = `M 160000 ${"1".repeat(40)} sub/module\n`;
  const sha = commit("odd", changes + links + submodule + file("run.sh", "#!/bin/sh\necho ran\n", "755"));
  const text = await runAt(
    sha,
    "ls -A odd | wc -l",
    "readlink out up",
    "ls -A sub/module",
    "git status --short",
    "./run.sh",
    "ls -a .. | grep -c pwned || true",
  );
  // The name with a line break takes two lines.
  expect(text).toBe(`${names.length + 1}\n/etc/passwd\n../../..\nran\n0\n`);
});

test("nothing that a repository brings is run by its checkout", async () => {
  const proof = join(tmpdir(), `platform-proof-${process.pid}`);
  const script = `#!/bin/sh\ntouch '${proof}'\n`;
  await mkdir(join(steps.repository, "hooks"), { recursive: true });
  await writeFile(join(steps.repository, "hooks", "post-checkout"), script);
  await chmod(join(steps.repository, "hooks", "post-checkout"), 0o755);
  plainGit(steps.repository, "config", "filter.evil.smudge", `touch '${proof}'; cat`);
  plainGit(steps.repository, "config", "core.fsmonitor", `touch '${proof}'`);
  const sha = commit(
    "evil",
    file(".gitattributes", "* filter=evil\n*.crlf text eol=crlf\n") +
      file("hooks/post-checkout", script, "755") +
      file("a.crlf", "one\ntwo\n"),
  );
  expect(await runAt(sha, "od -c a.crlf | head -1")).toMatch(/o {3}n {3}e {2}\\r {2}\\n/);
  expect(existsSync(proof)).toBe(false);
  plainGit(steps.repository, "config", "--unset", "core.fsmonitor");
});

test("the repository may be repacked and pruned while a step reads it", async () => {
  for (let index = 0; index < 20; index++) commit("main-2", file(`f${index}`, `${index}`));
  const sha = plainGit(steps.repository, "rev-parse", "main-2");
  const reading =
    "for i in $(seq 20); do git log --format=%H -p | wc -l; git cat-file -t HEAD >/dev/null || exit 9; done";
  const step = await steps.start({ commands: ["echo up", reading, "git fsck"], commit: sha });
  plainGit(steps.repository, "repack", "-adq");
  plainGit(steps.repository, "gc", "--quiet", "--prune=now");
  plainGit(steps.repository, "repack", "-adfq");
  expect(await step.exited).toMatchObject({ exitCode: 0 });
  await step.dispose();
});

test("what a step makes of its directories does not keep them from being removed", async () => {
  const deep =
    "d=0; while [ $d -lt 300 ]; do mkdir -p 0123456789abcdef/0123456789abcdef && cd -P 0123456789abcdef/0123456789abcdef; d=$((d+1)); done";
  await steps.run(
    "mkdir -p shut/in && touch shut/in/file && chmod 000 shut/in shut",
    "mkdir ro && touch ro/file && chmod 555 ro",
    "ln -s / root && ln -s .. up && mkfifo fifo && touch -- -rf '*'",
    "chmod 000 $HOME $TMPDIR",
    'test -e "$DATA/agent.env" || { mkdir -p "$DATA/x/y" && chmod 000 "$DATA/x"; }',
    "chmod 000 . ..",
    deep,
  );
  const [instance = ""] = await readdir(join(steps.dataDirectory, "steps"));
  expect(await readdir(join(steps.dataDirectory, "steps", instance))).toEqual([]);
});
