import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { StdioServer } from "../lib/stdio-server.ts";
import { advised, call } from "./lib/contract.ts";
import { ada, answerAsOlder, bob, olderProject } from "./lib/older-issues.ts";
import { serverOn } from "./lib/server-on.ts";
import { type StandIn, startStandIn } from "./lib/stand-in.ts";

let standIn: StandIn;
let server: StdioServer;
beforeAll(async () => {
  standIn = await startStandIn((response, request) => void answerAsOlder(response, request));
  server = await startOn(standIn);
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await standIn?.[Symbol.asyncDispose]();
});

const startOn = (platform: StandIn) => serverOn(platform, "platform-issues", { PROJECT_ID: olderProject });

async function answer(name: string, args: object = {}): Promise<string> {
  const { text, isError } = await call(server, name, args);
  expect(isError, text).toBe(false);
  return text;
}

async function refusal(name: string, args: object): Promise<string> {
  const { text, isError } = await call(server, name, args);
  expect(isError, text).toBe(true);
  return text.replace(/\nRequest id: \S+$/, "");
}

/** Numbers of the rows of a list, got by following what each answer says. */
async function everyNumber(name: string, args: object): Promise<number[]> {
  const numbers: number[] = [];
  for (let offset: number | undefined = 0; offset !== undefined; ) {
    const text = await answer(name, { ...args, offset });
    numbers.push(...Array.from(text.matchAll(/^(\d+) (?:open|closed|merged) "/gm), ([, number]) => Number(number)));
    offset = advised(text, "offset");
  }
  return numbers;
}

const down = (from: number, step: number) =>
  Array.from({ length: Math.floor(from / step) }, (_, at) => from - at * step);

describe("filters that it does not know are applied here, and it is said", () => {
  test("by label", async () => {
    expect(await answer("list_issues", { labels: ["bug"], limit: 2 })).toBe(
      [
        "This platform does not filter that way: the newest 260 were looked through here.",
        "issues 1-2 of 26: number status title labels author updated_at",
        `260 open "Issue 260" bug ${bob} 2026-02-01T04:20:00Z`,
        `250 open "Issue 250" bug ${bob} 2026-02-01T04:10:00Z`,
        "There are more: list_issues with the same filters and offset=2.",
      ].join("\n"),
    );
    expect(await everyNumber("list_issues", { labels: ["bug"], limit: 7 })).toEqual(down(260, 10));
  });

  test("by author and text, and by those that it knows as well", async () => {
    expect(await everyNumber("list_issues", { author: "me" })).toEqual(down(260, 5));
    expect(await everyNumber("list_issues", { search: "SUNDAYS", status: "open" })).toEqual(down(250, 50));
    expect(await everyNumber("list_issues", { labels: ["bug"], assignee: bob })).toEqual([210, 140, 70]);
    expect(await everyNumber("list_merge_requests", { source_branch: "topic/2" })).toEqual([2]);
    expect(await everyNumber("list_merge_requests", { target_branch: "main", search: "topic" })).toEqual([2, 1]);
  });

  test("none is said to be ignored that is not", async () => {
    expect(await everyNumber("list_issues", { assignee: "me" })).toEqual(down(259, 7));
    expect(await answer("list_issues", { assignee: "me" })).not.toContain("does not filter");
    expect(await everyNumber("list_merge_requests", { author: ada, status: "open" })).toEqual([3, 2]);
  });

  test("a name cannot be found among ids", async () => {
    for (const args of [{ assignee: "bob" }, { author: "bob" }]) {
      expect(await refusal("list_issues", args)).toBe(
        "list_issues was not called: this platform knows users by id only: give the id, or me.",
      );
    }
  });
});

describe("comments and reviews that come whole", () => {
  test("are paged here", async () => {
    const pages: string[] = [];
    for (let offset: number | undefined = 0; offset !== undefined; ) {
      const text = await answer("list_issue_comments", { number: 2, limit: 20, offset });
      pages.push(...Array.from(text.matchAll(/^ {2}(Comment \d+)\.$/gm), ([, body]) => body ?? ""));
      offset = advised(text, "offset");
    }
    expect(pages).toEqual(Array.from({ length: 45 }, (_, at) => `Comment ${at + 1}`));
  });

  test("are shown with their issue, the last ones first", async () => {
    const text = await answer("get_issue", { number: 50 });
    expect(text).toMatch(
      new RegExp(`^number: 50\\nstatus: open\\ntitle: "Issue 50"\\nlabels: bug\\nauthor: ${bob}\\nupdated_at: .*Z\\n`),
    );
    expect(text).toContain("\nIt crashes on Sundays.\n");
    expect(text).toContain("\nlast 5 of 45 comments, newest first:\n");
    expect(text.match(/Comment \d+/g)).toEqual(["Comment 45", "Comment 44", "Comment 43", "Comment 42", "Comment 41"]);
    expect(text).toMatch(/\nAll comments, oldest first: list_issue_comments with number=50\.$/);
  });

  test("and with their merge request", async () => {
    const text = await answer("get_merge_request", { number: 2 });
    expect(text).toContain(
      "This platform does not say whether it can be merged. To try: merge_merge_request with number=2.",
    );
    expect(text.match(/(Comment|Review) \d/g)).toEqual([
      ...["Review 3", "Review 2", "Review 1"],
      ...["Comment 4", "Comment 3", "Comment 2", "Comment 1"],
    ]);
    expect(text).toMatch(new RegExp(`^${bob} approve 2026-02-01T00:02:00Z$`, "m"));
  });
});

describe("assigning", () => {
  test("works by id, and for oneself", async () => {
    expect(await answer("create_issue", { title: "New", assignee: "me" })).toMatch(
      /^number: 261\nstatus: open\nA merge/,
    );
    expect(await answer("update_issue", { number: 2, assignee: bob })).toBe(
      `number: 2\nstatus: open\nassignee: ${bob}`,
    );
  });

  test("by name is said not to have happened", async () => {
    expect(await answer("create_issue", { title: "New", assignee: "bob" })).toContain(
      "It was not assigned: this platform takes assignees by id only (or me).",
    );
    expect(await answer("update_issue", { number: 7, assignee: "none" })).toContain(
      "The assignee is still there: this platform does not offer to clear it.",
    );
  });
});

describe("merge requests", () => {
  test("are made into the default branch that the platform names", async () => {
    const text = await answer("create_merge_request", { title: "New", source_branch: "topic/4" });
    expect(text).toMatch(/^number: 4\nstatus: open\ntarget_branch: trunk\n/);
  });

  test("keep their target, and it is said", async () => {
    const text = await answer("update_merge_request", { number: 2, target_branch: "release" });
    expect(text).toContain(
      "target_branch: main\nThe target branch is as it was: this platform does not offer to change it.",
    );
  });

  test("are merged by hand where the platform cannot", async () => {
    expect(await refusal("merge_merge_request", { number: 2 })).toMatchInlineSnapshot(`
      "merge_merge_request failed: 400 "merge failed: merge failed: merge: origin/topic - not something we can merge" (POST /api/projects/{project_id}/merge-requests/{number}/merge).
      This platform did not merge it. Where you may push to the target branch, merge it by hand: git fetch origin && git switch main && git merge --ff-only @{upstream} && git merge --no-ff origin/topic/2; mend conflicts if there are any; git push origin HEAD; then update_merge_request with number=2 and status=closed."
    `);
    expect(await refusal("merge_merge_request", { number: 1 })).toContain("It is merged: nothing is left to do.");
  });

  test("are reviewed without a commit, and it is said", async () => {
    const text = await answer("review_merge_request", { number: 2, verdict: "approve", head_sha: "abcdef1" });
    expect(text).toBe(
      "number: 2\nverdict: approve\nThis platform does not tie reviews to a commit: it counts for later ones too.",
    );
  });

  test("are shown without reviews where there are none to be had, and it is said", async () => {
    await using without = await startStandIn((response, request) => {
      if (request.url.includes("/reviews")) response.writeHead(404).end();
      else void answerAsOlder(response, request);
    });
    await using session = await startOn(without);
    const { text } = await call(session, "get_merge_request", { number: 2 });
    expect(text).toContain("This platform does not offer reviews.");
    expect(text).toContain("Comment 4.");
    const args = { number: 2, verdict: "approve", head_sha: "abcdef1" };
    expect((await call(session, "review_merge_request", args)).text).toContain(
      "This platform does not offer this operation. Retrying cannot help.",
    );
  });

  test("have no diff, and git shows it", async () => {
    expect(await refusal("get_merge_request_diff", { number: 2 })).toBe(
      "get_merge_request_diff failed (GET /api/projects/{project_id}/merge-requests/{number}/diff).\nThis platform does not offer it: git fetch origin && git diff origin/main...origin/topic/2 shows it.",
    );
  });
});

test("comments and reviews of a merge request are read in pages", async () => {
  const call = { number: 2, limit: 2, offset: 2 };
  expect((await answer("list_merge_request_comments", call)).match(/Comment \d/g)).toEqual(["Comment 3", "Comment 4"]);
  expect(await answer("list_merge_request_comments", { ...call, offset: 1, limit: 1, reviews: true })).toMatch(
    new RegExp(
      `^reviews 2-2:\\n.*\\n${bob} approve 2026-02-01T00:01:00Z\\n {2}Review 2\\.\\n.*\\nThere are more: .*offset=2\\.$`,
    ),
  );
  expect(await answer("list_merge_request_comments", { number: 2, offset: 9 })).toBe(
    "no comments at offset 9: the list ends before it.",
  );
});

test("a refusal in plain text is told as it came", async () => {
  await using strict = await startStandIn((response) => {
    response
      .writeHead(422, { "content-type": "text/plain; charset=utf-8" })
      .end("Failed to deserialize the JSON body into the target type: status: unknown variant");
  });
  await using session = await startOn(strict);
  expect((await call(session, "update_issue", { number: 2, status: "closed" })).text).toMatch(
    /^update_issue failed: 422 "Failed to deserialize .*unknown variant" .*\nCorrect the arguments and call again\./,
  );
});

test("comments are written", async () => {
  expect(await answer("add_issue_comment", { number: 2, body: "Yes." })).toBe("number: 2\ncomment_id: comment-46");
  expect(await answer("add_merge_request_comment", { number: 2, body: "Yes." })).toBe(
    "number: 2\ncomment_id: comment-5",
  );
});

test("what does not exist is looked for in the list of what does", async () => {
  expect(await refusal("get_issue", { number: 999 })).toContain("What exists: list_issues.");
  expect(await refusal("get_merge_request", { number: 999 })).toContain("What exists: list_merge_requests.");
});
