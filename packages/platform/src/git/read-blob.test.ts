import { describe, expect, test } from "vitest";
import { readBlob } from "./read-blob.ts";
import { useSample } from "./testing/use-sample.ts";

const MiB = 1_048_576;

describe("a file of a repository", () => {
  const long = Array.from({ length: 60_000 }, (_, index) => `line ${index + 1} of a long file\n`).join("");
  const sample = useSample((repository) => {
    repository.commit({
      files: {
        text: "one\ntwo\nthree",
        ended: "one\ntwo\n",
        crlf: "one\r\ntwo\r\n",
        empty: "",
        blank: "\n",
        bom: "\ufeffhello\n",
        "dir/日本 *?.md": "説明 🎉\n",
        link: { link: "dir/日本 *?.md" },
        sub: { submodule: "1".repeat(40) },
        binary: Buffer.from([1, 0, 2, 0xff, 10]),
        latin1: Buffer.from([0x63, 0x61, 0x66, 0xe9, 10]),
        late: Buffer.concat([
          Buffer.from(`${"x".repeat(99)}\n`.repeat(1000)),
          Buffer.from([0, 10]),
          Buffer.from("end\n"),
        ]),
        "big binary": Buffer.alloc(MiB + 1, 7).fill(0, 0, 1),
        long: long,
        "one line": "é🎉".repeat(400_000),
        exactly: "x".repeat(MiB),
      },
    });
  });
  const read = (path: string, range: { from_line?: number; to_line?: number } = {}) =>
    readBlob(sample, { ref: "HEAD", path, ...range });

  test("comes whole when it is small text", async () => {
    expect(await read("text")).toEqual({
      path: "text",
      size: 13,
      content: "one\ntwo\nthree",
      encoding: "utf-8",
      truncated: false,
      from_line: 1,
      to_line: 3,
      total_lines: 3,
    });
    expect(await read("ended")).toMatchObject({ content: "one\ntwo\n", to_line: 2, total_lines: 2 });
    expect(await read("crlf")).toMatchObject({ content: "one\r\ntwo\r\n", to_line: 2, total_lines: 2 });
    expect(await read("blank")).toMatchObject({ content: "\n", to_line: 1, total_lines: 1 });
    expect(await read("empty")).toMatchObject({ content: "", size: 0, from_line: 1, to_line: 0, total_lines: 0 });
    expect(await read("bom")).toMatchObject({ content: "\ufeffhello\n" });
    expect(await read("./dir//日本 *?.md")).toMatchObject({ path: "dir/日本 *?.md", content: "説明 🎉\n" });
  });

  test("comes as its target when it is a symbolic link", async () => {
    expect(await read("link")).toMatchObject({ content: "dir/日本 *?.md", total_lines: 1 });
  });

  test("comes by lines when lines are asked for", async () => {
    expect(await read("text", { from_line: 2, to_line: 2 })).toMatchObject({
      content: "two\n",
      from_line: 2,
      to_line: 2,
      total_lines: 3,
    });
    expect(await read("text", { from_line: 3 })).toMatchObject({ content: "three", from_line: 3, to_line: 3 });
    expect(await read("text", { from_line: 2, to_line: 99 })).toMatchObject({ content: "two\nthree", to_line: 3 });
    expect(await read("text", { from_line: 9 })).toMatchObject({
      content: "",
      from_line: 9,
      to_line: 8,
      total_lines: 3,
      truncated: false,
    });
    expect(await read("long", { from_line: 59_999 })).toMatchObject({
      content: "line 59999 of a long file\nline 60000 of a long file\n",
      total_lines: 60_000,
      size: long.length,
    });
    await expect(read("text", { from_line: 3, to_line: 2 })).rejects.toMatchObject({ status: 400 });
  });

  test("comes as base64 when it is binary", async () => {
    expect(await read("binary", { from_line: 1, to_line: 1 })).toEqual({
      path: "binary",
      size: 5,
      content: "AQAC/wo=",
      encoding: "base64",
      truncated: false,
    });
    expect(await read("latin1")).toMatchObject({ encoding: "base64" });
    const big = await read("big binary");
    expect(big).toMatchObject({ encoding: "base64", truncated: true, size: MiB + 1 });
    expect(Buffer.from(big.content, "base64")).toHaveLength(MiB);
  });

  test("is binary where NUL is among what was asked for, beyond its start too", async () => {
    expect(await read("late", { from_line: 1, to_line: 10 })).toMatchObject({ encoding: "utf-8", total_lines: 1002 });
    expect(await read("late", { from_line: 1002 })).toMatchObject({ content: "end\n" });
    expect(await read("late", { from_line: 1001 })).toMatchObject({ encoding: "base64" });
  });

  test("is cut at 1 MiB, at the end of a line if it can be", async () => {
    const cut = await read("long");
    expect(cut).toMatchObject({ truncated: true, total_lines: 60_000 });
    expect(cut.content.length).toBeLessThanOrEqual(MiB);
    expect(cut.content.length).toBeGreaterThan(MiB - 40);
    expect(cut.content).toBe(long.slice(0, cut.content.length));
    expect(cut.content.endsWith(`line ${cut.to_line} of a long file\n`)).toBe(true);
    const next = await read("long", { from_line: (cut.to_line ?? 0) + 1 });
    expect(cut.content + next.content).toBe(long);

    const line = await read("one line");
    expect(line).toMatchObject({ truncated: true, from_line: 1, to_line: 1, total_lines: 1, encoding: "utf-8" });
    expect("é🎉".repeat(400_000).startsWith(line.content)).toBe(true);
    expect(Buffer.byteLength(line.content)).toBeGreaterThan(MiB - 4);
    expect(await read("exactly")).toMatchObject({ truncated: false, size: MiB });
  });

  test("is not found where there is none", async () => {
    for (const path of ["nope", "dir", "sub", "text/x", "sub/x", "*", "dir/*", ""]) {
      await expect(read(path)).rejects.toMatchObject({ status: 404, message: "blob" });
    }
    await expect(readBlob(sample, { ref: "nope", path: "text" })).rejects.toMatchObject({
      status: 404,
      message: "blob",
    });
    await expect(read("../text")).rejects.toMatchObject({ status: 400 });
  });
});
