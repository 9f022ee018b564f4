import { describe, expect, test } from "vitest";
import { plainGit } from "../../git/testing/plain-git.ts";
import type { Content } from "../../git/testing/sample-repository.ts";
import { useSample } from "../../git/testing/use-sample.ts";
import { Comparisons } from "./comparisons.ts";
import { mergeTrees } from "./merge-trees.ts";

type Files = Readonly<Record<string, Content>>;

const sample = useSample();
const text = Array.from({ length: 20 }, (_, line) => `line ${line}\n`).join("");
const binary = (byte: number) => Buffer.from([0, 1, 2, byte, 0, 255]);
const [one, two] = ["1".repeat(40), "2".repeat(40)];
let count = 0;

/** Two branches that left a common commit, and what merging them gives. */
async function merge(base: Files, target: Files, head: Files) {
  const name = `case-${++count}`;
  const start = sample.commit({ branch: name, files: base, parents: [] });
  const ours = sample.commit({ branch: `${name}-target`, files: target, parents: [start] });
  const theirs = sample.commit({ branch: `${name}-head`, files: head, parents: [start] });
  const merged = await mergeTrees(sample, [ours, theirs]);
  if ("conflicts" in merged) return merged.conflicts;
  return plainGit(sample.path, "ls-tree", "-r", "-z", "--name-only", merged.tree).split("\0").slice(0, -1);
}

describe("a merge without a work tree", () => {
  test("takes both sides' changes of one file", async () => {
    const [target, head] = [text.replace("line 1\n", "first\n"), text.replace("line 18\n", "last\n")];
    expect(await merge({ f: text }, { f: target }, { f: head })).toEqual(["f"]);
  });

  test("follows a file that one side renamed and the other changed", async () => {
    expect(await merge({ old: text }, { old: null, new: text }, { old: `${text}more\n` })).toEqual(["new"]);
  });

  const conflicts: Readonly<Record<string, readonly [Files, Files, Files, readonly string[]]>> = {
    "of one line": [{ f: "a\n" }, { f: "b\n" }, { f: "c\n" }, ["f"]],
    "of two files with one name": [{ x: "" }, { f: "b\n" }, { f: "c\n" }, ["f"]],
    "of a change and a deletion": [{ f: text }, { f: null }, { f: `${text}more\n` }, ["f"]],
    "of two new names for one file": [
      { f: text },
      { f: null, left: text },
      { f: null, right: text },
      ["f", "left", "right"],
    ],
    "of binary files": [{ f: binary(1) }, { f: binary(2) }, { f: binary(3) }, ["f"]],
    "of symbolic links": [{ f: { link: "a" } }, { f: { link: "b" } }, { f: { link: "c" } }, ["f"]],
    "of submodules": [
      { f: { submodule: "3".repeat(40) } },
      { f: { submodule: one } },
      { f: { submodule: two } },
      ["f"],
    ],
    "of names that are not ASCII": [
      { "gr\u00fc\u00dfe/\u{1f600} \n\t": "a\n" },
      { "gr\u00fc\u00dfe/\u{1f600} \n\t": "b\n" },
      { "gr\u00fc\u00dfe/\u{1f600} \n\t": "c\n" },
      ["gr\u00fc\u00dfe/\u{1f600} \n\t"],
    ],
    "of names that look like options": [{ "--help": "a\n" }, { "--help": "b\n" }, { "--help": "c\n" }, ["--help"]],
  };
  test.each(Object.entries(conflicts))(
    "tells the paths of a conflict %s",
    async (_name, [base, target, head, paths]) => {
      expect(await merge(base, target, head)).toEqual(paths);
    },
  );

  test("tells of a file where the other side has a directory", async () => {
    const paths = await merge({ x: "" }, { f: "file\n" }, { "f/inside": "x\n" });
    expect(paths).toEqual([expect.stringMatching(/^f(~[0-9a-f]{40})?$/)]);
  });

  test("is not told by the repository how to merge", async () => {
    const files = { f: "a\n", ".gitattributes": "f merge=union\n" };
    expect(await merge(files, { f: "b\n" }, { f: "c\n" })).toEqual(["f"]);
  });
});

test("who only looks leaves nothing behind, and two who look at the same look once", async () => {
  const start = sample.commit({ branch: "seen", files: { f: text }, parents: [] });
  const target = sample.commit({ branch: "seen-target", files: { f: `first\n${text}` }, parents: [start] });
  const head = sample.commit({ branch: "seen-head", files: { f: `${text}last\n` }, parents: [start] });
  const objects = () => plainGit(sample.path, "count-objects");
  const before = objects();
  const { compare } = new Comparisons();
  const [first, second] = await Promise.all([compare(sample, target, head), compare(sample, target, head)]);
  expect(first).toBe(second);
  expect(first).toMatchObject({ baseSha: start, ahead: 1, behind: 1, merged: { tree: expect.any(String) } });
  expect(objects()).toBe(before);
  await expect(compare(sample, target, one)).rejects.toThrow();
});
