import type { ServerResponse } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serverBundle } from "../lib/bundles.ts";
import { StdioServer } from "../lib/stdio-server.ts";
import { advised, call, fenced } from "./lib/contract.ts";
import { type StandIn, sendJson, startStandIn } from "./lib/stand-in.ts";

const project = "6f1f64a4-5d0e-4f0b-9a3e-0d2c8c8a7b11";
const sha = "f".repeat(40);
const time = "2026-02-01T00:00:00Z";

const branches = Array.from({ length: 31 }, (_, at) => ({ name: `branch-${at}`, sha: "abc1234", updated_at: time }));
const entries = Array.from({ length: 1200 }, (_, at) => ({
  name: `file-${at}`,
  entry_type: "blob",
  mode: "100644",
  size: 1,
  sha,
}));
const commits = Array.from({ length: 90 }, (_, at) => ({
  sha: at.toString(16).padStart(40, "0"),
  message: `Commit ${at}`,
  author_name: "A",
  author_email: "a@b",
  authored_at: time,
  committer_name: "A",
  committer_email: "a@b",
  committed_at: time,
}));
const content = Array.from({ length: 50 }, (_, at) => `line ${at + 1}`).join("\n");

/**
 * A platform as the first one was: bare arrays that know no paging, but commits a limit; files without ranges; no
 * search and no comparison, where a page for browsers answers instead.
 */
function answer(response: ServerResponse, url: string): void {
  const { pathname, searchParams } = new URL(url, "http://platform");
  switch (pathname.replace(`/api/projects/${project}`, "")) {
    case "":
      sendJson(response, 200, {
        id: project,
        name: "old",
        display_name: null,
        visibility: "private",
        new_field: 1,
      });
      break;
    case "/branches":
      sendJson(response, 200, branches);
      break;
    case "/tree":
      sendJson(response, 200, entries);
      break;
    case "/commits":
      sendJson(response, 200, commits.slice(0, Number(searchParams.get("limit") ?? 20)));
      break;
    case "/blob":
      sendJson(response, 200, { path: "a.txt", size: content.length, content, encoding: "utf-8" });
      break;
    default:
      response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>Platform</title>");
  }
}

let standIn: StandIn;
let server: StdioServer;
beforeAll(async () => {
  standIn = await startStandIn((response, { url }) => answer(response, url));
  server = await start({});
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await standIn?.[Symbol.asyncDispose]();
});

async function start(env: Readonly<Record<string, string>>): Promise<StdioServer> {
  const file = await serverBundle("platform-core");
  const base = { PLATFORM_API_URL: standIn.url, PLATFORM_API_TOKEN: "token", PROJECT_ID: project };
  const started = new StdioServer({ file, env: { ...base, ...env } });
  await started.initialize();
  return started;
}

/** Every row of a list, got by following what each answer says. */
async function everyRow(name: string, args: object): Promise<string[]> {
  const rows: string[] = [];
  for (let offset: number | undefined = 0; offset !== undefined; ) {
    const { text } = await call(server, name, { ...args, offset });
    offset = advised(text, "offset");
    rows.push(...text.split("\n").slice(1, offset === undefined ? undefined : -1));
  }
  return rows;
}

describe("lists are paged here, without gap or overlap", () => {
  test("branches, of which there is one more than a page", async () => {
    expect((await everyRow("list_branches", {})).map((row) => row.split(" ")[0])).toEqual(
      branches.map(({ name }) => name),
    );
  });

  test("commits, as far as the platform gives them", async () => {
    const rows = await everyRow("list_commits", { limit: 20 });
    expect(rows.map((row) => row.split(" ")[0])).toEqual(commits.map((commit) => commit.sha));
  });

  test("a directory", async () => {
    const rows = await everyRow("list_files", { path: "src" });
    expect(rows.map((row) => row.split(" ")[0])).toEqual(entries.map(({ name }) => `src/${name}`));
  });
});

test("a depth that is not known is said to be not known", async () => {
  const { text } = await call(server, "list_files", { depth: 3, offset: 1190 });
  expect(text).toContain("This platform lists one level at a time: call again for each directory.");
});

test("a range of a file is cut out here", async () => {
  const { text } = await call(server, "read_file", { path: "a.txt", from_line: 10, to_line: 12 });
  expect(text).toContain("lines: 10-12 of 50");
  expect(fenced(text)).toEqual(["line 10", "line 11", "line 12"]);
  expect((await call(server, "read_file", { path: "a.txt", from_line: 80 })).text).toContain(
    "The file has 50 lines; there are none in that range.",
  );
});

test("fields that are missing hide nothing of what is there", async () => {
  const { text, isError } = await call(server, "get_project");
  expect(isError).toBe(false);
  expect(text).toBe(`id: ${project}\nname: old\nvisibility: private`);
  await using structured = await start({ PLATFORM_MCP_OUTPUT: "structured" });
  expect((await call(structured, "get_project")).data).toEqual({
    id: project,
    name: "old",
    display_name: null,
    visibility: "private",
  });
});

test.each([
  ["search_code", { query: "x" }],
  ["compare_refs", { base: "a", head: "b" }],
])("%s, which it does not have, is said to be missing", async (name, args) => {
  const { text, isError } = await call(server, name, args);
  expect(isError).toBe(true);
  expect(text).toContain('a web page titled "Platform" instead of data');
  expect(text).toContain("a platform without this endpoint");
});
