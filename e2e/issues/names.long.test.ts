import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Member, openTeam, type Team } from "./team.ts";

const seed = Number(process.env.CHAOS_SEED ?? Date.now() % 1_000_000);
const rounds = Number(process.env.CHAOS_ROUNDS ?? 6);

/** What tempts a shell, git, a URL, JSON, a terminal or a reader to see something else. */
const odd = [
  ..."aB9-_.@+#=%,!&'\"()<>{}/",
  "é",
  "ß",
  "字",
  "😀",
  "\u202e",
  "\u200b",
  "\u0301",
  "\ufeff",
  "%2f",
  "</untrusted>",
];
/** What git does not allow in the name of a branch, or the platform does not. */
const inPathsOnly = [..." \t\n\\*?[]~^:;|$`", "\x1b[31m", "\x7f", "..", "$(id)"];

const text = (parts: readonly string[]) =>
  fc.array(fc.constantFrom(...parts), { minLength: 1, maxLength: 24 }).map((all) => all.join(""));

/** Names that `git check-ref-format` takes. */
const branchName = text(odd).filter(
  (name) =>
    !/\.\.|\/\/|@\{|\/\.|\.\/|\/-/.test(name) &&
    !/^[./-]|[./]$/.test(name) &&
    !/\.lock(\/|$)/.test(name) &&
    name !== "@",
);
const path = text([...odd, ...inPathsOnly]).filter(
  (name) => name.length < 200 && name.split("/").every((part) => part !== "" && part !== "." && part !== ".."),
);

interface Round {
  readonly at: number;
  readonly branch: string;
  readonly path: string;
}
const names = fc.sample(fc.record({ branch: branchName, path }), { seed, numRuns: rounds });
// A directory for each, since no branch or file can lie below another.
const planned: readonly Round[] = names.map(({ branch, path }, at) => ({
  at,
  branch: `${at}/${branch}`,
  path: `${at}/${path}`,
}));

let team: Team;
let writer: Member;
let reader: Member;
beforeAll(async () => {
  team = await openTeam();
  writer = await team.join("writer");
  reader = await team.join("reader", { server: "platform-core" });
});
afterAll(async () => {
  await team?.[Symbol.asyncDispose]();
});

/** A name as an answer shows it, bare or in quotes, read back. */
const shownName = String.raw`("(?:[^"\\]|\\.)*"|\S+)`;
function nameIn(answer: string, pattern: string): string | undefined {
  const shown = new RegExp(pattern.replace("NAME", shownName), "m").exec(answer)?.[1];
  return shown?.startsWith('"') ? JSON.parse(shown) : shown;
}

/** Pushes a commit with one file of that name to that branch. */
async function push({ git }: Member, { branch, path, at }: Round): Promise<string> {
  await git.git("checkout", "--quiet", "--detach", "origin/main");
  await git.git("config", "core.quotePath", "false");
  const blob = await git.git("rev-parse", "HEAD:file");
  await git.git("update-index", "--add", "--cacheinfo", `100644,${blob},${path}`);
  await git.git("commit", "--quiet", "--message", `Round ${at}`);
  await git.git("push", "--quiet", "origin", `HEAD:refs/heads/${branch}`);
  return await git.git("rev-parse", "HEAD");
}

describe(`branches and files of any name (CHAOS_SEED=${seed})`, () => {
  test.each(planned)("round $at", async (round) => {
    const { branch, path, at } = round;
    const head = await push(writer, round);
    // Through the tools for the code: the branch by its name, the file by the name that its list shows.
    expect(await reader.use("list_commits", { ref: branch, limit: 1 })).toContain(head);
    const branches = await reader.use("list_branches", { limit: 50 });
    expect(nameIn(branches, `^NAME ${head} `)).toBe(branch);
    const files = await reader.use("list_files", { ref: branch, depth: 20 });
    const rows = files.split("\n").map((row) => nameIn(row, "^NAME file "));
    expect(rows).toContain(path);
    expect(await reader.use("read_file", { ref: branch, path })).toContain("\none\ntwo\nthree\n");

    // And through those for merge requests.
    const made = await writer.use("create_merge_request", { title: `Round ${at}`, source_branch: branch });
    const number = Number(/^number: (\d+)/.exec(made)?.[1]);
    expect(made).toContain("merge_status: mergeable");
    const list = await writer.use("list_merge_requests", { source_branch: branch });
    expect(list).toMatch(/^merge_requests 1-1 of 1: /);
    expect(nameIn(list, `^${number} open "Round ${at}" NAME main `)).toBe(branch);
    const details = await writer.use("get_merge_request", { number });
    expect(nameIn(details, "^source_branch: NAME$")).toBe(branch);
    const diff = await writer.use("get_merge_request_diff", { number });
    expect(diff).toContain("files 1-1 of 1: ");
    const changed = nameIn(diff, "^NAME added 3 0$");
    expect(changed).toBe(path);
    expect(await writer.use("get_merge_request_diff", { number, path: changed })).toContain("\n+three\n");
    const merged = await writer.use("merge_merge_request", { number, delete_source_branch: true });
    expect(merged).toContain("status: merged");
    await writer.git.git("fetch", "--quiet", "--prune", "origin");
    // Not printed: what prints names trims them.
    expect(await writer.git.git("rev-parse", `origin/main:${path}`)).toMatch(/^\w{40}$/);
    expect(await writer.git.git("ls-remote", "origin", `refs/heads/${branch}`)).toBe("");
  });
});

test(`whatever a branch is called, a tool answers, and never with the platform's failure (CHAOS_SEED=${seed})`, async () => {
  const any = fc.oneof(fc.string({ unit: "binary", minLength: 1, maxLength: 255 }), text([...odd, ...inPathsOnly]));
  for (const source_branch of fc.sample(any, { seed, numRuns: rounds })) {
    const answer = await writer.refused("create_merge_request", { title: "x", source_branch });
    expect(answer, JSON.stringify(source_branch)).toMatch(/^create_merge_request (was not called|failed: 400)/);
    const search = { author: "me", search: source_branch };
    // What a database cannot hold cannot be looked for either.
    if (source_branch.includes("\0")) {
      expect(await writer.refused("list_merge_requests", search)).toContain('"search": "must not hold NUL');
    } else {
      expect(await writer.use("list_merge_requests", search)).toContain("merge_requests");
    }
  }
});
