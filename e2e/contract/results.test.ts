import { realTokens } from "@platform-mcp/server-kit/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDataServer } from "../lib/data-server.ts";
import type { StdioServer } from "../lib/stdio-server.ts";
import { advised, type CallOutcome, type Contract, call, fenced, openContract } from "./lib/contract.ts";
import { largeFile } from "./lib/repository.ts";

const budget = 8000;

let contract: Contract;
let server: StdioServer;
beforeAll(async () => {
  contract = await openContract();
  server = await contract.start();
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await contract?.[Symbol.asyncDispose]();
});

/** Calls of every tool, with small and large results. */
const calls: readonly (readonly [name: string, args: object])[] = [
  ["get_project", {}],
  ["list_projects", {}],
  ["list_branches", { limit: 50 }],
  ["list_files", { path: "many", depth: 20 }],
  ["list_files", {}],
  ["list_files", { path: "odd" }],
  ["read_file", { path: "src/large.ts" }],
  ["read_file", { path: "src/small.ts" }],
  ["read_file", { path: "data/minified.js" }],
  ["read_file", { path: "data/ideographs.txt" }],
  ["read_file", { path: "data/empty.txt" }],
  ["read_file", { path: "data/blob.bin" }],
  ["read_file", { path: "data/hostile.txt" }],
  ["list_commits", { limit: 50 }],
  ["compare_refs", { base: "main", head: "feature" }],
  ["compare_refs", { base: "main", head: "main" }],
  ["search_code", { query: "needle", limit: 100 }],
  ["search_code", { query: "compute", limit: 100 }],
  ["search_code", { query: "nowhere to be found" }],
];

describe("one contract a result", () => {
  test.each(calls)("%s %j is text alone, within the budget", async (name, args) => {
    const { text, data, isError } = await call(server, name, args);
    expect(isError).toBe(false);
    expect(data).toBeUndefined();
    expect(text).not.toBe("");
    expect(realTokens(text)).toBeLessThanOrEqual(budget);
    expect(text.length).toBeLessThan(50_000);
  });

  test("with PLATFORM_MCP_OUTPUT=structured it is data alone, within the budget, and fits the schema announced", async () => {
    await using structured = await openDataServer(contract);
    for (const [name, args] of calls) {
      const data = await structured.data(name, { ...args });
      expect(realTokens(JSON.stringify(data))).toBeLessThanOrEqual(budget);
    }
  });

  test("without it no schema of results is announced", async () => {
    const { result } = await server.request("tools/list");
    expect(JSON.stringify(result)).not.toContain("outputSchema");
  });

  test("PLATFORM_MCP_RESULT_TOKENS moves the budget", async () => {
    await using small = await contract.start({ PLATFORM_MCP_RESULT_TOKENS: "1000" });
    for (const [name, args] of calls) {
      expect(realTokens((await call(small, name, args)).text)).toBeLessThanOrEqual(1000);
    }
  });
});

/** Calls a tool as often as its answers say how to go on, and gives every answer. */
async function followed(name: string, args: object, argument: string): Promise<CallOutcome[]> {
  const answers: CallOutcome[] = [];
  for (let next: object | undefined = {}; next !== undefined; ) {
    const answer = await call(server, name, { ...args, ...next });
    expect(answer.isError).toBe(false);
    answers.push(answer);
    const value = advised(answer.text, argument);
    next = value === undefined ? undefined : { [argument]: value };
    expect(answers.length).toBeLessThan(200);
  }
  return answers;
}

describe("what was left out can be had, without gap or overlap", () => {
  test("a long file", async () => {
    const pieces = await followed("read_file", { path: "src/large.ts" }, "from_line");
    expect(pieces.length).toBeGreaterThan(3);
    expect(pieces.flatMap(({ text }) => fenced(text)).join("\n")).toBe(largeFile);
    expect(pieces[0]?.text).toMatch(/^path: src\/large\.ts\nsize: \d+\nlines: 1-\d+ of 6000\n/);
    expect(pieces.at(-1)?.text).toContain("-6000 of 6000");
  });

  test("a range of a file, and no more than it", async () => {
    const pieces = await followed("read_file", { path: "src/large.ts", from_line: 900, to_line: 3100 }, "from_line");
    const lines = largeFile.split("\n").slice(899, 3100);
    // The advice keeps the end of the range.
    expect(pieces[0]?.text).toMatch(/read_file with from_line=\d+ and to_line=3100\.$/);
    expect(pieces.flatMap(({ text }) => fenced(text))).toEqual(lines);
  });

  test("a file whose lines hold carriage returns and line separators", async () => {
    const pieces = await followed("read_file", { path: "data/progress.log" }, "from_line");
    const steps = pieces
      .flatMap(({ text }) => fenced(text))
      .map((line) => /^step (\d+): 10% 50% 100% done next$/.exec(line)?.[1]);
    expect(steps).toEqual(Array.from({ length: 3000 }, (_, at) => String(at + 1)));
  });

  test("what follows a line that is longer than an answer", async () => {
    const [first, second, ...rest] = await followed("read_file", { path: "data/minified.js" }, "from_line");
    expect(first?.text).toMatch(/lines: 1-1 of 2[\s\S]*Line 1 is longer than an answer may be and was cut/);
    expect(fenced(second?.text ?? "")).toEqual(["last line"]);
    expect(rest).toEqual([]);
  });

  test("a large directory", async () => {
    const pages = await followed("list_files", { path: "many", depth: 20 }, "offset");
    const paths = pages.flatMap(({ text }) => text.match(/^many\/\S+\.txt(?= file )/gm) ?? []);
    expect(paths).toHaveLength(700);
    expect(new Set(paths).size).toBe(700);
  });

  test("branches", async () => {
    const pages = await followed("list_branches", { limit: 20 }, "offset");
    const names = pages
      .flatMap(({ text }) => text.split("\n").slice(1))
      .filter((line) => !line.startsWith("There are more"));
    expect(names).toHaveLength(68);
    expect(new Set(names).size).toBe(68);
  });

  test("commits", async () => {
    const pages = await followed("list_commits", { limit: 17 }, "offset");
    const shas = pages.flatMap(({ text }) => text.match(/^[0-9a-f]{40}(?= )/gm) ?? []);
    expect(shas).toHaveLength(72);
    expect(new Set(shas).size).toBe(72);
  });

  test("matches, grouped by file", async () => {
    const pages = await followed("search_code", { query: "needle", limit: 100 }, "offset");
    const matches = pages.flatMap(({ text }) => {
      let path = "";
      return fenced(text).flatMap((line) => {
        if (!line.startsWith("  ")) path = line;
        return line.startsWith("  ") ? [`${path} ${line.trim()}`] : [];
      });
    });
    expect(matches).toHaveLength(1400);
    expect(new Set(matches).size).toBe(1400);
    expect(matches[0]).toBe("many/directory-0/file-with-a-rather-long-name-0.txt 4: a needle in line four of file 0");
  });

  test("the files of a comparison", async () => {
    const pages = await followed("compare_refs", { base: "main", head: "feature" }, "offset");
    const [first] = pages;
    expect(first?.text).toMatch(/^base_sha: /);
    const offset = Number(/compare_refs with offset=(\d+)/.exec(first?.text ?? "")?.[1]);
    const rest = await call(server, "compare_refs", { base: "main", head: "feature", offset });
    const files = [first, rest].flatMap((page) => page?.text.match(/^changed\/\S+(?= added 12 0)/gm) ?? []);
    expect(files).toHaveLength(new Set(files).size);
    expect(files.length).toBeGreaterThan(offset);
    expect(rest.text).not.toContain("base_sha");
  });

  test("the patch of a comparison", async () => {
    const first = await call(server, "compare_refs", { base: "main", head: "feature" });
    const pages = [first];
    for (let next = advised(first.text, "patch_line"); next !== undefined; ) {
      const page = await call(server, "compare_refs", { base: "main", head: "feature", patch_line: next });
      pages.push(page);
      next = advised(page.text, "patch_line");
    }
    const patch = pages.flatMap(({ text }) => fenced(text));
    const added = patch.filter((line) => line.startsWith("+changed line"));
    expect(added).toHaveLength(6000);
    expect(new Set(added).size).toBe(6000);
    expect(patch.filter((line) => line.startsWith("diff --git"))).toHaveLength(500);
  });
});

test("an offset beyond the end does not claim that there is nothing", async () => {
  for (const [name, args] of [
    ["list_projects", {}],
    ["list_branches", {}],
    ["list_commits", {}],
    ["list_files", { path: "many" }],
    ["search_code", { query: "needle" }],
  ] as const) {
    const { text } = await call(server, name, { ...args, offset: 9000 });
    if (name !== "list_projects") expect(text).toMatch(/^no \w+ at offset 9000( of 1400)?: the list ends before it\.$/);
  }
});
