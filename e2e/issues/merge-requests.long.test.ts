import { execFile } from "node:child_process";
import { appendFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Member, openTeam, type Team } from "./team.ts";

const run = promisify(execFile);

let team: Team;
let ada: Member;
let bob: Member;
beforeAll(async () => {
  team = await openTeam();
  ada = await team.join("ada");
  bob = await team.join("bob");
});
afterAll(async () => {
  await team?.[Symbol.asyncDispose]();
});

/** Pushes a branch of its own from `main` with these files; gives its commit. */
async function pushBranch({ git }: Member, branch: string, files: Readonly<Record<string, string>>): Promise<string> {
  await git.git("fetch", "--quiet", "origin");
  await git.git("checkout", "--quiet", "-B", branch, "origin/main");
  for (const [path, content] of Object.entries(files)) await writeFile(join(git.path, path), content);
  await git.git("add", "--all");
  await git.git("commit", "--quiet", "--message", `Change ${Object.keys(files)}`);
  await git.git("push", "--quiet", "origin", `HEAD:refs/heads/${branch}`);
  return await git.git("rev-parse", "HEAD");
}

/** Runs what an answer advises, as an agent's shell would. */
async function inShell({ git }: Member, commands: string): Promise<string> {
  await git.git("config", "user.name", "Ada");
  await git.git("config", "user.email", "ada@example.com");
  const env = { PATH: process.env.PATH, HOME: "/nonexistent", LC_ALL: "C.UTF-8" };
  return await run("bash", ["--norc", "-c", commands], { cwd: git.path, env }).then(
    ({ stdout }) => stdout,
    ({ stdout }: { stdout: string }) => stdout,
  );
}

const field = (text: string, name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(text)?.[1];
const plain = (text: string) =>
  text
    .replace(/\d{4}-\d\d-\d\dT\S+Z/g, "TIME")
    .replace(/[0-9a-f]{40}/g, "SHA")
    .replace(/\b[0-9a-f]{10}\b/g, "SHORT")
    .replace(/untrusted \w+/g, "untrusted X");

test("from a branch through a review to its merge, which closes the issue", async () => {
  await bob.use("create_issue", { title: "Greet" });
  const head = await pushBranch(ada, "greet", { "hello.txt": "hello\n" });
  const made = await ada.use("create_merge_request", {
    title: "Greet everybody",
    source_branch: "greet",
    body: "Says hello.\n\nCloses #1",
  });
  expect(made).toBe(
    "number: 1\nstatus: open\ntarget_branch: main\nmerge_status: mergeable\nIt can be merged: merge_merge_request with number=1.",
  );

  const diff = await bob.use("get_merge_request_diff", { number: 1 });
  expect(field(diff, "head_sha")).toBe(head);
  expect(diff).toMatch(/files 1-1 of 1: path status additions deletions\nhello\.txt added 1 0\n/);
  expect(diff).toContain("\n+hello\n");

  await bob.use("review_merge_request", {
    number: 1,
    verdict: "request_changes",
    head_sha: head,
    body: "Only hello?\n\nSay goodbye too.",
  });
  await ada.use("add_merge_request_comment", { number: 1, body: "Right." });
  expect(plain(await ada.use("get_merge_request", { number: 1 }))).toMatchInlineSnapshot(`
    "number: 1
    status: open
    title: "Greet everybody"
    source_branch: greet
    target_branch: main
    author: ada
    comments: 1
    updated_at: TIME
    created_at: TIME
    head_sha: SHA
    merge_status: mergeable
    ahead_by: 1
    behind_by: 0
    approvals: 0
    changes_requested: 1
    It can be merged, but a review asks for changes: answer it first. To merge all the same: merge_merge_request with number=1.
    <untrusted X>
    Says hello.

    Closes #1
    </untrusted X>
    last 1 of 1 reviews, newest first:
    <untrusted X>
    bob request_changes SHORT TIME
      Only hello?

      Say goodbye too.
    </untrusted X>
    last 1 of 1 comments, newest first:
    <untrusted X>
    ada TIME
      Right.
    </untrusted X>"
  `);
  expect(await ada.use("list_merge_request_comments", { number: 1 })).toMatch(/\nada \S+Z\n {2}Right\.\n/);
  expect(await ada.use("list_merge_request_comments", { number: 1, reviews: true })).toMatch(
    /^reviews 1-1:\n[\s\S]*bob request_changes \w{10} \S+Z\n {2}Only hello\?\n\n {2}Say goodbye too\.\n/,
  );

  await appendFile(join(ada.git.path, "hello.txt"), "goodbye\n");
  await ada.git.git("commit", "--quiet", "--all", "--message", "Goodbye");
  await ada.git.git("push", "--quiet", "origin", "greet");
  const stale = await bob.refused("review_merge_request", { number: 1, verdict: "approve", head_sha: head });
  expect(stale).toMatch(/^review_merge_request failed: 409 .*\nLook again: get_merge_request with number=1 shows/);
  const now = field(await bob.use("get_merge_request", { number: 1 }), "head_sha");
  expect(await bob.use("review_merge_request", { number: 1, verdict: "approve", head_sha: now })).toBe(
    `number: 1\nverdict: approve\nhead_sha: ${now}`,
  );
  expect(await ada.use("get_merge_request", { number: 1 })).toMatch(/bob request_changes \w{10} outdated /);

  expect(await ada.refused("merge_merge_request", { number: 1, head_sha: head })).toMatch(
    /^merge_merge_request failed: 409 .*\nOtherwise it can be merged; get_merge_request with number=1 shows how it stands\.$/,
  );
  const merged = await ada.use("merge_merge_request", { number: 1, head_sha: now });
  expect(merged).toMatch(/^number: 1\nstatus: merged\ntarget_branch: main\nmerge_commit_sha: \w{40}\ngit fetch/);
  await ada.git.git("fetch", "--quiet", "origin");
  expect(await ada.git.git("rev-parse", "origin/main")).toBe(field(merged, "merge_commit_sha"));
  expect(await bob.use("get_issue", { number: 1 })).toMatch(/^status: closed$/m);
  expect(await ada.refused("merge_merge_request", { number: 1 })).toContain("It is merged: nothing is left to do.");
  expect(await bob.use("get_merge_request", { number: 1 })).toMatch(/^merged_by: ada$/m);
});

test("a conflict says which paths, and what it says to do ends in a merge", async () => {
  await pushBranch(ada, "uno", { file: "uno\ntwo\nthree\n" });
  await pushBranch(ada, "odin-it's", { file: "odin\ntwo\nthree\n" });
  const first = field(await ada.use("create_merge_request", { title: "Uno", source_branch: "uno" }), "number");
  const made = await ada.use("create_merge_request", { title: "Odin", source_branch: "odin-it's" });
  await ada.use("merge_merge_request", { number: Number(first), delete_source_branch: true });
  const number = Number(field(made, "number"));
  const refused = await ada.refused("merge_merge_request", { number });
  expect(refused).toMatch(/^merge_merge_request failed: 409 /);
  const advice = refused.split("\n").at(-1) ?? "";
  expect(advice).toBe(
    `The branches conflict in file. Resolve it on the source branch: git fetch origin && git switch $'odin-it\\'s' && git merge origin/main; mend the files, git add and git commit them; git push origin HEAD; then merge_merge_request with number=${number}.`,
  );
  expect(await ada.use("get_merge_request", { number })).toContain(`\nconflicts: file\n`);
  expect(await ada.use("get_merge_request", { number })).toContain(`\n${advice}`);

  const commands = /branch: (.*?);/.exec(advice)?.[1] ?? "";
  expect(await inShell(ada, commands)).toContain("CONFLICT");
  await writeFile(join(ada.git.path, "file"), "uno, odin\ntwo\nthree\n");
  await ada.git.git("add", "file");
  await ada.git.git("commit", "--quiet", "--no-edit");
  expect((await ada.git.try("push", "origin", "HEAD")).ok).toBe(true);
  expect(await ada.use("merge_merge_request", { number })).toMatch(/\nstatus: merged\n/);
});

test("what the project asks for and is not there is named", async () => {
  const token = await team.platform.tokenFor({ scopes: [] });
  await fetch(`${team.platform.url}/api/projects/${team.project.id}`, {
    method: "PATCH",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ merge_requires_approval: true }),
  });
  const head = await pushBranch(ada, "gated", { "gated.txt": "x\n" });
  const made = await ada.use("create_merge_request", { title: "Gated", source_branch: "gated" });
  const number = Number(field(made, "number"));
  expect(made).toContain("merge_status: blocked\nblocked_by: the project asks for an approval");
  expect(field(await ada.use("get_merge_request", { number }), "blocked_by")).toMatch(/approv/);
  expect(await ada.refused("merge_merge_request", { number })).toMatch(
    /409 ".*approv.*\nSee to what blocks it, then merge_merge_request with number=\d+\.$/,
  );
  expect(await ada.refused("review_merge_request", { number, verdict: "approve", head_sha: head })).toMatch(
    /403 "forbidden" .*\nNobody can approve their own merge request.* Retrying cannot help\.$/,
  );
  await bob.use("review_merge_request", { number, verdict: "approve", head_sha: head });
  expect(await ada.use("merge_merge_request", { number, method: "squash" })).toMatch(/\nstatus: merged\n/);
});

test("lists, changes, closes and reopens", async () => {
  await pushBranch(bob, "later", { "later.txt": "later\n" });
  const make = () => bob.use("create_merge_request", { title: "Later", source_branch: "later", body: "A Needle." });
  const number = Number(field(await make(), "number"));
  expect(await bob.refused("create_merge_request", { title: "Twice", source_branch: "later" })).toMatch(
    /409 .*\nThere is an open one already: list_merge_requests with status=open and source_branch=later shows it, update_merge_request changes it\.$/,
  );
  const found = async (args: object) =>
    Array.from((await ada.use("list_merge_requests", args)).matchAll(/^(\d+) \w+ "/gm), ([, at]) => Number(at));
  expect(await found({ status: "open" })).toEqual([number]);
  expect(await found({ author: "bob" })).toEqual([number]);
  expect(await found({ author: "me", status: "merged" })).toHaveLength(4);
  expect(await found({ source_branch: "later", target_branch: "main", search: "needle" })).toEqual([number]);
  expect(await bob.use("update_merge_request", { number, status: "closed", title: "Much later" })).toMatch(
    /status: closed\ntarget_branch: main\nIt is closed\. To reopen it: update_merge_request with number=\d+ and status=open\.$/,
  );
  expect(await bob.use("update_merge_request", { number, status: "open" })).toContain("status: open");
  await bob.git.git("push", "--quiet", "origin", ":later");
  expect(await bob.use("get_merge_request", { number })).toMatch(
    /^The source branch is gone\. Push it again, or close/m,
  );
  expect(await bob.refused("create_merge_request", { title: "x", source_branch: "nowhere" })).toMatch(
    /400 .*source_branch: does not exist: push it first/,
  );
});

test("a large change shows its files, the patches that fit, and the way to the rest", async () => {
  const lines = (count: number) => Array.from({ length: count }, (_, at) => `line ${at} of it`).join("\n");
  const small = Array.from({ length: 20 }, (_, at) => [`small-${at}.ts`, `${lines(10)}\n`] as const);
  await pushBranch(ada, "large", { "a-lockfile.json": lines(9000), ...Object.fromEntries(small) });
  const number = Number(field(await ada.use("create_merge_request", { title: "L", source_branch: "large" }), "number"));
  const diff = await ada.use("get_merge_request_diff", { number });
  expect(diff).toMatch(/^files 1-21 of 21: /m);
  expect(diff.match(/^diff --git /gm)).toHaveLength(20);
  expect(diff).toMatch(
    /Patches left out to keep the answer short: a-lockfile\.json\. To see one: get_merge_request_diff with its path\.$/,
  );
  const seen: string[] = [];
  for (let line: number | undefined = 1; line !== undefined; ) {
    const args = { number, path: "a-lockfile.json", ...(line > 1 && { patch_line: line }) };
    const text = await ada.use("get_merge_request_diff", args);
    seen.push(...Array.from(text.matchAll(/^\+line (\d+) of it/gm), ([, at]) => at ?? ""));
    line = Number(/patch_line=(\d+)/.exec(text)?.[1]) || undefined;
  }
  expect(seen).toEqual(Array.from({ length: 9000 }, (_, at) => String(at)));
});
