import type { ServerResponse } from "node:http";
import { issues } from "@platform-mcp/server-issues";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serverBundle } from "../lib/bundles.ts";
import { StdioServer } from "../lib/stdio-server.ts";
import { call } from "./lib/contract.ts";
import { type StandIn, sendJson, startStandIn } from "./lib/stand-in.ts";

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

const answers: readonly ((response: ServerResponse, url: string) => void)[] = [
  (response) => sendJson(response, 401, { error: "unauthorized" }),
  (response) => sendJson(response, 403, { error: "forbidden" }),
  (response, url) => sendJson(response, 404, { error: url.includes("merge-requests") ? "merge request" : "issue" }),
  (response) => sendJson(response, 409, { error: "it stands in the way" }),
  (response) => sendJson(response, 500, { error: "internal error" }),
  (response) => response.writeHead(503, { "retry-after": "3600" }).end("upstream\x1b[31m is down"),
];

let answer = answers[0];
let standIn: StandIn;
let server: StdioServer;
beforeAll(async () => {
  standIn = await startStandIn((response, { url }) => answer?.(response, url));
  const env = {
    PLATFORM_API_URL: standIn.url,
    PLATFORM_API_TOKEN: "plat_api_secret",
    PROJECT_ID: "6f1f64a4-5d0e-4f0b-9a3e-0d2c8c8a7b11",
  };
  server = new StdioServer({ file: await serverBundle("platform-issues"), env });
  await server.initialize();
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await standIn?.[Symbol.asyncDispose]();
});

test("every tool is called here", () => {
  expect(Object.keys(calls)).toEqual(issues.tools.map(({ name }) => name));
});

describe("what each tool says of 401, 403, 404, 409, 500 and 503", () => {
  test.each(Object.entries(calls))("%s", async (name, args) => {
    const texts: string[] = [];
    for (const next of answers) {
      answer = next;
      const { text, isError } = await call(server, name, args);
      expect(isError, text).toBe(true);
      expect(text).not.toContain("plat_api_secret");
      texts.push(text.replace(/\nRequest id: \S+$/, ""));
    }
    expect(texts.join("\n\n")).toMatchSnapshot();
  });
});
