import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isUnborn, resolveCommit } from "./resolve-commit.ts";
import { useSample } from "./testing/use-sample.ts";

describe("a revision of a repository", () => {
  const shas = { first: "", second: "", third: "", other: "" };
  const sample = useSample((repository) => {
    shas.first = repository.commit({ files: { main: "a file named like the branch" } });
    shas.second = repository.commit({ files: { b: "b" } });
    shas.third = repository.commit({ files: { c: "c" } });
    shas.other = repository.commit({ branch: "other", files: { d: "d" } });
    repository.git("tag", "plain", shas.first);
    repository.git("tag", "-a", "-m", "annotated", "annotated", shas.second);
    repository.git("tag", "-a", "-m", "nested", "nested", "annotated");
    // Names that mean something else, or two things.
    repository.git("tag", "both", shas.first);
    repository.git("branch", "both", shas.third);
    for (const name of ["-x", "HEAD", "@", shas.first, "refs/heads/main"]) {
      repository.git("update-ref", `refs/heads/${name}`, shas.other);
    }
    repository.git("tag", "blob", `${shas.first}:main`);
    repository.git("update-ref", "refs/heads/ünïcode/日本", shas.second);
  });
  const resolve = (ref: string) => resolveCommit(sample, ref);

  test("is HEAD, a branch, a tag of any kind, a SHA or a relative of these", async () => {
    expect(await resolve("HEAD")).toBe(shas.third);
    expect(await resolve("main")).toBe(shas.third);
    expect(await resolve("refs/heads/main")).toBe(shas.third);
    expect(await resolve("heads/main")).toBe(shas.third);
    expect(await resolve("ünïcode/日本")).toBe(shas.second);
    expect(await resolve("plain")).toBe(shas.first);
    expect(await resolve("annotated")).toBe(shas.second);
    expect(await resolve("nested")).toBe(shas.second);
    expect(await resolve("tags/nested")).toBe(shas.second);
    expect(await resolve("main~1")).toBe(shas.second);
    expect(await resolve("HEAD^^")).toBe(shas.first);
    expect(await resolve("@~2")).toBe(shas.first);
    expect(await resolve(shas.second)).toBe(shas.second);
    expect(await resolve(shas.second.slice(0, 12))).toBe(shas.second);
    expect(await resolve("-x")).toBe(shas.other);
  });

  test("is the branch when a tag has the same name, and what it says when a branch is called like it", async () => {
    expect(await resolve("both")).toBe(shas.third);
    expect(await resolve("refs/tags/both")).toBe(shas.first);
    expect(await resolve("@")).toBe(shas.third);
    expect(await resolve(shas.first)).toBe(shas.first);
    expect(await resolve(`${shas.second}^`)).toBe(shas.first);
    expect(await resolve("refs/heads/HEAD")).toBe(shas.other);
  });

  test("is undefined when there is none, or it is not a commit", async () => {
    const none = [
      "nope",
      "blob",
      "main:main",
      "main^{tree}",
      "0".repeat(40),
      "main@{9}",
      "@{u}",
      ":/(",
      "main^5",
      "a b",
    ];
    for (const ref of [...none, "", "main\0", "main\nmain", "--help", "@{-1}", "HEAD:", "refs/heads/", "^main"]) {
      expect([ref, await resolve(ref)]).toEqual([ref, undefined]);
    }
  });

  test("never fails, whatever is asked", async () => {
    const piece = fc.constantFrom(
      "HEAD",
      "main",
      "@",
      "{",
      "}",
      "^",
      "~",
      "1",
      ":",
      "/",
      "-",
      "\n",
      "\0",
      " ",
      "é",
      "*",
    );
    const words = fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join(""));
    await fc.assert(
      fc.asyncProperty(words, async (ref) => {
        expect((await resolve(ref)) ?? shas.first).toMatch(/^[0-9a-f]{40}$/);
      }),
      { numRuns: 40 },
    );
  });

  test("fails when there is no repository, or the caller has left", async () => {
    await expect(resolveCommit({ path: "/nonexistent" }, "main")).rejects.toThrow("not a git repository");
    await expect(resolveCommit(sample, "main", AbortSignal.abort(new Error("left")))).rejects.toThrow("left");
  });
});

describe("an empty repository", () => {
  const sample = useSample();
  test("has an unborn default branch and no other", async () => {
    expect(await resolveCommit(sample, "HEAD")).toBeUndefined();
    for (const ref of ["HEAD", "main", "refs/heads/main", "@"]) expect(await isUnborn(sample, ref)).toBe(true);
    for (const ref of ["other", "main~1"]) expect(await isUnborn(sample, ref)).toBe(false);
  });
});
