import { expect, test } from "vitest";
import { idOf, pipelineWith, sendJson, standInPlatform } from "../testing/stand-in-platform.ts";

const pipelines = [
  pipelineWith({ id: idOf(3), status: "running", finished_at: null, triggered_by_name: "ada lovelace" }),
  pipelineWith({ id: idOf(2), status: "cancelled", reason: "superseded", git_ref: "v1.0", trigger: "api" }),
  pipelineWith({ id: idOf(1), status: "success", commit_sha: null, git_ref: "refs/heads/ev\u200bil\u202e" }),
];

test("each pipeline is a row, with the columns that any of them fills", async () => {
  await using platform = await standInPlatform({ routes: { "GET /pipelines": { items: pipelines, total: 7 } } });
  const { text } = await platform.call("list_pipelines", { status: "success", trigger: "push" });
  expect(text).toMatchInlineSnapshot(`
    "pipelines 1-3 of 7: id status ref commit trigger created_at duration by why
    00000000-0000-4000-8000-000000000003 running main aaaaaaaaaaaa push 2026-11-20T10:00:00Z - "ada lovelace" -
    00000000-0000-4000-8000-000000000002 cancelled v1.0 aaaaaaaaaaaa api 2026-11-20T10:00:00Z 1m00s - "cancelled, since a later push of the branch took its place"
    00000000-0000-4000-8000-000000000001 success "ev\\u200bil\\u202e" - push 2026-11-20T10:00:00Z 1m00s - -
    There are more: list_pipelines with offset=3."
  `);
  expect(platform.requests).toEqual(["GET /pipelines?limit=30&offset=0&status=success&trigger=push"]);
});

test("pages of a branch are those of the platform, however it is named", async () => {
  await using platform = await standInPlatform({
    routes: {
      "GET /pipelines": (response, query) => {
        const offset = Number(query.get("offset"));
        sendJson(200, { items: pipelines.slice(offset, offset + Number(query.get("limit"))), total: 3 })(response);
      },
    },
  });
  const { text } = await platform.call("list_pipelines", { ref: "main", limit: 2, offset: 2 });
  expect(text).toMatch(/^pipelines 3-3 of 3: /);
  expect(platform.requests).toHaveLength(3);
  expect(platform.requests.at(-1)).toBe("GET /pipelines?limit=2&offset=2&git_ref=main");
});

test("none is said to be none", async () => {
  await using platform = await standInPlatform({ routes: { "GET /pipelines": { items: [], total: 0 } } });
  expect((await platform.call("list_pipelines")).text).toBe(
    "no pipelines. A push to a branch with a .platform.yaml starts one, and so does trigger_pipeline.",
  );
});
