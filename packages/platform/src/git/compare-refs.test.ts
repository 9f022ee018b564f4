import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { compareRefs } from "./compare-refs.ts";
import { useSample } from "./testing/use-sample.ts";

const lines = (count: number, word: string) =>
  Array.from({ length: count }, (_, index) => `${word} ${index}\n`).join("");
/** Newer versions of git would read .gitattributes from HEAD. */
const emptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
const MiB = 1_048_576;

describe("a comparison", () => {
  const sample = useSample((repository) => {
    repository.commit({
      files: {
        ".gitattributes": "*.txt diff=evil -text\n*.md binary\n",
        kept: "kept\n",
        "changed.txt": lines(30, "old"),
        "removed.md": "gone\n",
        "from/moved": lines(50, "moved"),
        "mode.sh": "#!/bin/sh\n",
        binary: Buffer.from([0, 1, 2]),
        turns: "a file\n",
        sub: { submodule: "1".repeat(40) },
        crlf: "one\r\ntwo\r\n",
      },
    });
    repository.git("config", "diff.evil.command", `touch ${repository.beside("ran")}`);
    repository.git("config", "diff.evil.textconv", `touch ${repository.beside("ran")}`);
    repository.git("branch", "base");
    repository.commit({ branch: "base", files: { "later on base": "x\n" } });
    repository.commit({ branch: "base", files: { "later on base": "y\n" } });
    repository.commit({
      files: {
        "changed.txt": lines(29, "old").replace("old 3\n", "new 3\n"),
        "removed.md": null,
        "from/moved": null,
        'to/日本 \n"moved"': lines(50, "moved").replace("moved 7\n", "moved seven\n"),
        "mode.sh": { executable: "#!/bin/sh\n" },
        binary: Buffer.from([0, 1, 3]),
        turns: { link: "kept" },
        sub: { submodule: "2".repeat(40) },
        crlf: "one\r\nthree\r\n",
        "added *[x]": "new\nfile",
        "huge line": `${"x".repeat(2 * MiB)}\n`,
      },
    });
    repository.commit({ branch: "alone", parents: [], files: { alone: "a\n" } });
  });
  const compare = (part: { base?: string; head?: string; path?: string; patch_limit?: number } = {}) =>
    compareRefs(sample, { base: "base", head: "main", patch_limit: MiB, ...part });

  test("has what git says of both and of where they parted", async () => {
    const answer = await compare();
    expect(answer).toMatchObject({
      base_sha: sample.git("rev-parse", "base"),
      head_sha: sample.git("rev-parse", "main"),
      merge_base_sha: sample.git("merge-base", "base", "main"),
      ahead_by: 1,
      behind_by: 2,
    });
  });

  test("lists the files that head changed, with renames and counts", async () => {
    const { files, ...answer } = await compare();
    expect(files).toEqual([
      { path: "added *[x]", previous_path: null, status: "added", additions: 2, deletions: 0 },
      { path: "binary", previous_path: null, status: "modified", additions: null, deletions: null },
      { path: "changed.txt", previous_path: null, status: "modified", additions: 1, deletions: 2 },
      { path: "crlf", previous_path: null, status: "modified", additions: 1, deletions: 1 },
      { path: "huge line", previous_path: null, status: "added", additions: 1, deletions: 0 },
      { path: "mode.sh", previous_path: null, status: "modified", additions: 0, deletions: 0 },
      { path: "removed.md", previous_path: null, status: "deleted", additions: 0, deletions: 1 },
      { path: "sub", previous_path: null, status: "modified", additions: 1, deletions: 1 },
      { path: 'to/日本 \n"moved"', previous_path: "from/moved", status: "renamed", additions: 1, deletions: 1 },
      { path: "turns", previous_path: null, status: "type_changed", additions: 1, deletions: 1 },
    ]);
    expect(answer).toMatchObject({ total_files: 10, additions: 8, deletions: 7 });
    const stat = sample.git("-c", `attr.tree=${emptyTree}`, "diff", "--shortstat", "base...main");
    expect(stat).toBe(" 10 files changed, 8 insertions(+), 7 deletions(-)");
  });

  test("has the patch of a path, as git prints it", async () => {
    const { patch, patch_truncated, files } = await compare({ path: "changed.txt" });
    expect(`${patch}`).toBe(
      `${sample.git("diff", "base...main", "--no-ext-diff", "--no-textconv", "--", "changed.txt")}\n`,
    );
    expect(patch_truncated).toBe(false);
    expect(files.map(({ path }) => path)).toEqual(["changed.txt"]);
    expect((await compare({ path: "added *[x]" })).total_files).toBe(1);
    expect((await compare({ path: "added *" })).total_files).toBe(0);
    expect((await compare({ path: "to" })).files).toMatchObject([{ status: "added" }]);
    expect(existsSync(sample.beside("ran"))).toBe(false);
    expect((await compare({ path: "crlf" })).patch).toContain("-two\r\n+three\r\n");
  });

  test("cuts the patch at the end of a line", async () => {
    const { patch: whole, patch_truncated } = await compare({ path: "changed.txt" });
    expect(patch_truncated).toBe(false);
    for (const limit of [0, 1, 50, 100, Buffer.byteLength(whole) - 1, Buffer.byteLength(whole)]) {
      const { patch, ...answer } = await compare({ path: "changed.txt", patch_limit: limit });
      expect(whole.startsWith(patch)).toBe(true);
      expect(patch).toMatch(/^$|\n$/);
      expect(Buffer.byteLength(patch)).toBeLessThanOrEqual(limit);
      expect(answer.patch_truncated).toBe(patch.length < whole.length);
    }
    const huge = await compare({ path: "huge line" });
    expect(huge.patch_truncated).toBe(true);
    expect(huge.patch).toMatch(/@@ -0,0 \+1 @@\n$/);
  });

  test("of equal revisions is empty", async () => {
    const answer = await compare({ base: "main" });
    expect(answer).toMatchObject({
      ahead_by: 0,
      behind_by: 0,
      files: [],
      total_files: 0,
      patch: "",
      patch_truncated: false,
    });
  });

  test("compares base itself when the histories have nothing in common", async () => {
    const answer = await compare({ head: "alone", patch_limit: 0 });
    expect(answer).toMatchObject({ merge_base_sha: null, ahead_by: 1, behind_by: 3 });
    expect(answer.total_files).toBe(sample.git("diff", "--name-only", "-M", "base", "alone").split("\n").length);
  });

  test("of what does not exist is not found", async () => {
    for (const part of [{ base: "nope" }, { head: "nope" }]) {
      await expect(compare(part)).rejects.toMatchObject({ status: 404, message: "commit" });
    }
  });
});

describe("a comparison of many files", () => {
  const sample = useSample((repository) => {
    repository.commit({ files: { first: "1\n" } });
    const files = Object.fromEntries(Array.from({ length: 3100 }, (_, index) => [`many/${index}`, `${index}\n`]));
    repository.commit({ files: { ...files, "many/0": Buffer.from([0]) } });
  });
  test("lists 3,000 and counts all", async () => {
    const answer = await compareRefs(sample, { base: "main~1", head: "main", patch_limit: 0 });
    expect(answer).toMatchObject({
      total_files: 3100,
      additions: 3099,
      deletions: 0,
      patch: "",
      patch_truncated: true,
    });
    expect(answer.files).toHaveLength(3000);
    expect(answer.files[0]).toMatchObject({ path: "many/0", additions: null });
    expect(answer.files.at(-1)?.additions).toBe(1);
  });
});
