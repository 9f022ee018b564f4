import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { listTree } from "./list-tree.ts";
import { SampleRepository } from "./testing/sample-repository.ts";
import { useSample } from "./testing/use-sample.ts";

const whole = { ref: "HEAD", path: "", depth: 1, limit: 10_000, offset: 0 };
const submodule = "1".repeat(40);

describe("the tree of a repository", () => {
  const sample = useSample((repository) => {
    repository.commit({
      files: {
        "README.md": "# sample\n",
        empty: "",
        "src/main.c": "int main;\n",
        "src/lib/a/deep.c": "deep\n",
        "src/run.sh": { executable: "#!/bin/sh\n" },
        link: { link: "src/main.c" },
        "vendor/sub": { submodule },
        "日本語/説明.md": "説明\n",
        'a\nb\t"c" \\d': "odd",
        "-x/ *[a]?": "glob",
        ":(top)x/:!y": "magic",
      },
      rawFiles: [[Buffer.from([0x66, 0xff, 0x67]), "not UTF-8"]],
    });
  });

  test("at depth 1 is the directory itself, in git's order, with sizes of files alone", async () => {
    const entries = await listTree(sample, whole);
    expect(entries.map(({ path }) => path)).toEqual(
      sample.git("ls-tree", "-z", "--name-only", "HEAD").split("\0").slice(0, -1),
    );
    const byPath = new Map(entries.map((entry) => [entry.path, entry]));
    expect(byPath.get("link")).toEqual({
      name: "link",
      path: "link",
      entry_type: "blob",
      mode: "120000",
      size: 10,
      sha: sample.git("rev-parse", "HEAD:link"),
    });
    expect(byPath.get("src")).toMatchObject({ entry_type: "tree", mode: "040000", size: null });
    expect(byPath.get("empty")).toMatchObject({ size: 0 });
    expect(byPath.has("日本語")).toBe(true);
    expect(byPath.has('a\nb\t"c" \\d')).toBe(true);
    expect(byPath.has("f\ufffdg")).toBe(true);
  });

  test("below a directory has whole paths", async () => {
    expect(await listTree(sample, { ...whole, path: "vendor" })).toEqual([
      { name: "sub", path: "vendor/sub", entry_type: "commit", mode: "160000", size: null, sha: submodule },
    ]);
    for (const path of ["src", "./src", "src/.", "src//"]) {
      const paths = (await listTree(sample, { ...whole, path })).map((entry) => entry.path);
      expect(paths).toEqual(["src/lib", "src/main.c", "src/run.sh"]);
    }
    expect((await listTree(sample, { ...whole, path: "-x" })).map(({ name }) => name)).toEqual([" *[a]?"]);
    expect((await listTree(sample, { ...whole, path: ":(top)x" })).map(({ name }) => name)).toEqual([":!y"]);
    expect(await listTree(sample, { ...whole, path: "." })).toEqual(await listTree(sample, whole));
  });

  test("with depth lists what is below directories too, paged over all of it", async () => {
    const two = (await listTree(sample, { ...whole, path: "src", depth: 2 })).map(({ path }) => path);
    expect(two).toEqual(["src/lib", "src/lib/a", "src/main.c", "src/run.sh"]);
    const all = await listTree(sample, { ...whole, depth: 20 });
    expect(all.map(({ path }) => path)).toEqual(
      sample.git("ls-tree", "-r", "-t", "-z", "--name-only", "HEAD").split("\0").slice(0, -1),
    );
    expect(await listTree(sample, { ...whole, depth: 20, limit: 3, offset: 4 })).toEqual(all.slice(4, 7));
    expect(await listTree(sample, { ...whole, limit: 0 })).toEqual([]);
  });

  test("is not found where there is no directory", async () => {
    const nowhere = [
      { path: "nope" },
      { path: "README.md" },
      { path: "link" },
      { path: "vendor/sub" },
      { path: "*" },
      { ref: "nope" },
      { path: "src/main.c/x" },
    ];
    for (const part of nowhere) {
      await expect(listTree(sample, { ...whole, ...part })).rejects.toMatchObject({
        status: 404,
        message: "tree path",
      });
    }
    await expect(listTree(sample, { ...whole, path: "src/../src" })).rejects.toMatchObject({ status: 400 });
  });
});

describe("an empty repository", () => {
  const sample = useSample();
  test("has no tree", async () => {
    await expect(listTree(sample, whole)).rejects.toMatchObject({ status: 404, message: "tree path" });
  });
});

test("any set of names is listed as it was committed", async () => {
  const part = fc
    .string({
      unit: fc.constantFrom("a", "-", ":", "*", "\n", "\t", '"', "\\", " ", "é", "日", "."),
      minLength: 1,
      maxLength: 4,
    })
    .filter((name) => name !== "." && name !== "..");
  // A letter before and a digit after keep files and directories apart.
  const path = fc
    .array(part, { minLength: 1, maxLength: 3 })
    .map((parts) => `${parts.map((name) => `d${name}`).join("/")}1`);
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(path, { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 1, max: 4 }),
      async (paths, depth) => {
        const files = paths.filter((each) => !paths.some((other) => other.startsWith(`${each}/`)));
        const sample = new SampleRepository();
        try {
          sample.commit({ files: Object.fromEntries(files.map((each) => [each, each])) });
          const listed = await listTree(sample, { ...whole, depth });
          const expected = new Set(
            files.flatMap((each) => {
              const parts = each.split("/");
              return parts.slice(0, depth).map((_, index) => parts.slice(0, index + 1).join("/"));
            }),
          );
          expect(new Set(listed.map((entry) => entry.path))).toEqual(expected);
          expect(listed).toHaveLength(expected.size);
        } finally {
          sample.remove();
        }
      },
    ),
    { numRuns: 8 },
  );
});
