import { describe, expect, test } from "vitest";
import { searchCode } from "./search-code.ts";
import { useSample } from "./testing/use-sample.ts";

const query = { ref: "HEAD", regex: false, ignore_case: false, limit: 50, offset: 0 };

describe("a search", () => {
  const sample = useSample((repository) => {
    repository.commit({
      files: {
        "a.txt": "one needle\nnone\nNeedle two needle\n",
        "dir/b.txt": "needle without an end",
        "dir *[x]/日本.txt": "説明 needle\r\n",
        "new\nline:7:": "needle\n",
        long: `${"🎉".repeat(600)} needle\n`,
        binary: Buffer.from("needle\0needle\n"),
        late: Buffer.concat([Buffer.from(`${"x".repeat(99)}\n`.repeat(200)), Buffer.from("needle\0x\n")]),
        special: "a.b*c\naxbbc\n-e --help\n(unclosed\n",
        many: "again\n".repeat(12_000),
        exactly: "ten thousand\n".repeat(10_000),
        link: { link: "needle" },
        sub: { submodule: "1".repeat(40) },
      },
    });
    repository.commit({ branch: "other", files: { only: "needle on other\n" } });
  });
  const search = (q: string, part: Partial<typeof query & { path: string }> = {}) =>
    searchCode(sample, { ...query, q, ...part });
  const places = async (q: string, part = {}) =>
    (await search(q, part)).items.map(({ path, line_number }) => `${path}:${line_number}`);

  test("finds lines of text files, by path and line", async () => {
    const answer = await search("needle");
    expect(answer.items).toEqual([
      { path: "a.txt", line_number: 1, line: "one needle" },
      { path: "a.txt", line_number: 3, line: "Needle two needle" },
      { path: "dir *[x]/日本.txt", line_number: 1, line: "説明 needle\r" },
      { path: "dir/b.txt", line_number: 1, line: "needle without an end" },
      { path: "late", line_number: 201, line: "needle\0x" },
      { path: "long", line_number: 1, line: "🎉".repeat(500) },
      { path: "new\nline:7:", line_number: 1, line: "needle" },
    ]);
    expect(answer).toMatchObject({ total: 7, total_is_minimum: false });
    expect(await places("NEEDLE", { ignore_case: true })).toHaveLength(7);
    expect(await places("nothing like it")).toEqual([]);
    expect((await search("on other", { ref: "other" })).total).toBe(1);
  });

  test("takes a fixed string literally, and a regular expression as one", async () => {
    expect(await places("a.b*c")).toEqual(["special:1"]);
    expect(await places("a.b*c", { regex: true })).toEqual(["special:2"]);
    expect(await places("^a.b+c$", { regex: true })).toEqual(["special:2"]);
    expect(await places("(unclosed")).toEqual(["special:4"]);
    expect(await places("-e --help")).toEqual(["special:3"]);
    expect(await places("--help|unclosed", { regex: true })).toEqual(["special:3", "special:4"]);
    expect(await places("^説.* n", { regex: true })).toEqual(["dir *[x]/日本.txt:1"]);
  });

  test("stays in its path, taken literally", async () => {
    expect(await places("needle", { path: "dir" })).toEqual(["dir/b.txt:1"]);
    expect(await places("needle", { path: "dir *[x]/" })).toEqual(["dir *[x]/日本.txt:1"]);
    expect(await places("needle", { path: "dir*" })).toEqual([]);
    expect(await places("needle", { path: "nope" })).toEqual([]);
  });

  test("is paged, and counts to 10,000", async () => {
    const all = await search("needle");
    const some = await search("needle", { limit: 2, offset: 2 });
    expect(some).toEqual({ ...all, items: all.items.slice(2, 4) });
    expect(await search("again", { limit: 1, offset: 9_999 })).toEqual({
      items: [{ path: "many", line_number: 10_000, line: "again" }],
      total: 10_000,
      total_is_minimum: true,
    });
    expect(await search("ten thousand", { limit: 0 })).toEqual({ items: [], total: 10_000, total_is_minimum: false });
  });

  test("says what is wrong with a regular expression", async () => {
    const failure = (q: string) => search(q, { regex: true }).catch((error: unknown) => error);
    expect(await failure("(a")).toMatchObject({
      status: 400,
      message: expect.stringMatching(/^q: is not a valid regular expression: .*Unmatched|parentheses/),
    });
    expect(await failure("it's': [")).toMatchObject({ status: 400, details: { fields: [{ path: "q" }] } });
    await expect(search("x", { ref: "nope" })).rejects.toMatchObject({ status: 404, message: "commit" });
  });

  test("ends a regular expression that takes too much", async () => {
    const memory = await search("((a{1,255}){1,255}){1,255}", { regex: true }).catch((error: unknown) => error);
    expect(memory).toMatchObject({ status: 400 });
  });
});

describe("a slow regular expression", () => {
  const sample = useSample((repository) => {
    repository.commit({ files: { slow: `${"a".repeat(30_000)}\n`.repeat(20) } });
  });
  test("is killed", async () => {
    const slow = searchCode(sample, { ...query, q: "(a*)*(a*)*(a*)*\\1\\2\\3b", regex: true });
    await expect(slow).rejects.toMatchObject({ status: 400, message: expect.stringContaining("took too long") });
  });
});

describe("an empty repository", () => {
  const sample = useSample();
  test("has no matches", async () => {
    const nothing = { items: [], total: 0, total_is_minimum: false };
    expect(await searchCode(sample, { ...query, q: "x" })).toEqual(nothing);
    await expect(searchCode(sample, { ...query, q: "x", ref: "other" })).rejects.toMatchObject({ status: 404 });
  });
});
