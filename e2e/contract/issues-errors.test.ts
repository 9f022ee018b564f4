import { issues } from "@platform-mcp/server-issues";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RefusedServer, refusedServer } from "./lib/error-answers.ts";

/** A call of each tool that its arguments do not stop. */
const calls: Readonly<Record<string, object>> = {
  list_issues: { status: "open" },
  get_issue: { number: 1 },
  create_issue: { title: "Title" },
  update_issue: { number: 1, status: "closed" },
  list_issue_comments: { number: 1 },
  add_issue_comment: { number: 1, body: "Body" },
  list_merge_requests: {},
  get_merge_request: { number: 1 },
  get_merge_request_diff: { number: 1 },
  create_merge_request: { title: "Title", source_branch: "topic", target_branch: "main" },
  update_merge_request: { number: 1, status: "closed" },
  list_merge_request_comments: { number: 1 },
  add_merge_request_comment: { number: 1, body: "Body" },
  review_merge_request: { number: 1, verdict: "approve", head_sha: "0123456789" },
  merge_merge_request: { number: 1 },
};

let server: RefusedServer;
beforeAll(async () => {
  server = await refusedServer("platform-issues", (url) =>
    url.includes("merge-requests") ? "merge request" : "issue",
  );
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
});

test("every tool is called here", () => {
  expect(Object.keys(calls)).toEqual(issues.tools.map(({ name }) => name));
});

describe("what each tool says of 401, 403, 404, 409, 500 and 503", () => {
  test.each(Object.entries(calls))("%s", async (name, args) => {
    expect(await server.errorTexts(name, args)).toMatchSnapshot();
  });
});
