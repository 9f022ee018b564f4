import { afterAll, beforeAll, expect, test } from "vitest";
import { serverBundle } from "../lib/bundles.ts";
import { openDataServer } from "../lib/data-server.ts";
import { type Member, openTeam, type Team } from "./team.ts";

let team: Team;
let ada: Member;
let head_sha: string;
beforeAll(async () => {
  team = await openTeam();
  ada = await team.join("ada");
  head_sha = await ada.git.commit();
  await ada.git.git("push", "--quiet", "origin", "HEAD:refs/heads/topic");
});
afterAll(async () => {
  await team?.[Symbol.asyncDispose]();
});

test("with PLATFORM_MCP_OUTPUT=structured each tool answers with data alone, which fits the schema announced", async () => {
  await using server = await openDataServer({ file: await serverBundle("platform-issues"), env: ada.env });
  const called = new Set<string>();
  const data: typeof server.data = async (name, args) => {
    called.add(name);
    return await server.data(name, args);
  };
  const number = 1;
  expect(await data("create_issue", { title: "T", body: "B", labels: ["l"] })).toMatchObject({
    number,
    status: "open",
  });
  expect(await data("add_issue_comment", { number, body: "C" })).toMatchObject({ number });
  expect(await data("update_issue", { number, assignee: "me" })).toMatchObject({ assignee: "ada" });
  expect(await data("list_issues", {})).toMatchObject({
    issues: [{ number, labels: ["l"], comments: 1 }],
    total_issues: 1,
  });
  expect(await data("get_issue", { number })).toMatchObject({
    body: "B",
    last_comments: [{ author: "ada", body: "C" }],
  });
  expect(await data("list_issue_comments", { number })).toMatchObject({ comments: [{ body: "C" }] });
  const source_branch = "topic";
  expect(await data("create_merge_request", { title: "M", source_branch })).toMatchObject({
    target_branch: "main",
    merge_status: "mergeable",
    note: "It can be merged: merge_merge_request with number=1.",
  });
  await data("review_merge_request", { number, verdict: "comment", head_sha, body: "R" });
  await data("add_merge_request_comment", { number, body: "C" });
  expect(await data("update_merge_request", { number, body: "B" })).toMatchObject({ status: "open" });
  expect(await data("list_merge_requests", {})).toMatchObject({ merge_requests: [{ source_branch }] });
  expect(await data("get_merge_request", { number })).toMatchObject({
    head_sha,
    body: "B",
    last_reviews: [{ reviewer: "ada", verdict: "comment", body: "R" }],
    last_comments: [{ body: "C" }],
  });
  expect(await data("get_merge_request_diff", { number })).toMatchObject({
    files: [{ path: "file" }],
    patch: expect.any(String),
  });
  expect(await data("list_merge_request_comments", { number, reviews: true })).toMatchObject({
    reviews: [{ body: "R" }],
  });
  expect(await data("merge_merge_request", { number })).toMatchObject({ status: "merged" });
  expect([...called].sort()).toEqual(server.tools.toSorted());
});

test("a session that may only read has only what reads, and a token that may only read is told so", async () => {
  await using reader = await team.join("reader", { env: { PLATFORM_READ_ONLY: "1" } });
  await expect(reader.use("merge_merge_request", { number: 1 })).rejects.toThrow(/not found|unknown/i);
  expect(await reader.use("get_issue", { number: 1 })).toContain("number: 1");
  const PLATFORM_API_TOKEN = await team.platform.tokenFor({ scopes: ["project:read"], project: team.project.id });
  await using weak = await team.join("weak", { env: { PLATFORM_API_TOKEN } });
  expect(await weak.refused("create_issue", { title: "x" })).toMatch(
    /403 "forbidden" [\s\S]*lacks the permission project:write on this project \(the token's scopes do not include it\)/,
  );
});
