import { afterAll, beforeAll, expect, test } from "vitest";
import { type Member, openTeam, type Team } from "./team.ts";

let team: Team;
let ada: Member;
let bob: Member;
beforeAll(async () => {
  team = await openTeam();
  ada = await team.join("ada");
  bob = await team.join("bob");
});
afterAll(async () => {
  await team?.[Symbol.asyncDispose]();
});

const rows = (text: string) => Array.from(text.matchAll(/^(\d+) (?:open|closed) /gm), ([, number]) => Number(number));

test("an issue is made, found, read, talked about and closed", async () => {
  const made = await ada.use("create_issue", {
    title: 'Uploads stop at "100 %"',
    body: "Steps:\n\n1. Upload.\n2. Wait.",
    labels: ["bug", "good first issue"],
    assignee: "bob",
  });
  expect(made).toBe(
    'number: 1\nstatus: open\nA merge request whose body says "closes #1" closes it when it is merged.',
  );
  await bob.use("add_issue_comment", { number: 1, body: "I see it too.\n\nOnly on Sundays." });
  expect(
    (await bob.use("get_issue", { number: 1 })).replace(/\d{4}-\S+Z/g, "TIME").replace(/untrusted \w+/g, "untrusted X"),
  ).toMatchInlineSnapshot(`
    "number: 1
    status: open
    title: "Uploads stop at \\"100 %\\""
    labels: bug, "good first issue"
    author: ada
    assignee: bob
    comments: 1
    updated_at: TIME
    created_at: TIME
    <untrusted X>
    Steps:

    1. Upload.
    2. Wait.
    </untrusted X>
    last 1 of 1 comments, newest first:
    <untrusted X>
    bob TIME
      I see it too.

      Only on Sundays.
    </untrusted X>"
  `);
  expect(await bob.use("list_issue_comments", { number: 1 })).toMatch(
    /^comments 1-1:\n<untrusted (\w+)>\nbob \S+Z\n {2}I see it too\.\n\n {2}Only on Sundays\.\n<\/untrusted \1>$/,
  );
  expect(await bob.use("update_issue", { number: 1, status: "closed", assignee: "none" })).toBe(
    "number: 1\nstatus: closed",
  );
  expect(await bob.use("get_issue", { number: 1 })).toMatch(/^closed_at: \S+Z$/m);
  expect(await ada.use("update_issue", { number: 1, status: "open", title: "Uploads stop", assignee: "me" })).toBe(
    "number: 1\nstatus: open\nassignee: ada",
  );
  expect(await ada.use("get_issue", { number: 1 })).toMatch(/^title: "Uploads stop"$/m);
});

test("filters narrow the list, each by itself and together", async () => {
  await ada.use("create_issue", { title: "Second", labels: ["docs"], assignee: "ada" });
  await bob.use("create_issue", { title: "Third", body: "A needle_here.", labels: ["docs", "bug"] });
  await bob.use("update_issue", { number: 3, status: "closed" });
  const found = async (args: object) => rows(await ada.use("list_issues", args));
  expect(await found({})).toEqual([3, 2, 1]);
  expect(await found({ status: "open" })).toEqual([2, 1]);
  expect(await found({ labels: ["bug"] })).toEqual([3, 1]);
  expect(await found({ labels: ["bug", "docs"] })).toEqual([3]);
  expect(await found({ labels: ["good first issue"] })).toEqual([1]);
  expect(await found({ assignee: "me" })).toEqual([2, 1]);
  expect(await found({ assignee: "bob" })).toEqual([]);
  expect(await found({ author: "bob" })).toEqual([3]);
  expect(await found({ search: "NEEDLE_" })).toEqual([3]);
  expect(await found({ search: "needle%" })).toEqual([]);
  expect(await found({ author: "ada", status: "open", search: "second" })).toEqual([2]);
  expect(await ada.use("list_issues", { limit: 2 })).toMatch(
    /^issues 1-2 of 3: [\s\S]*There are more: list_issues with the same filters and offset=2\.$/,
  );
  expect(await found({ limit: 2, offset: 2 })).toEqual([1]);
  await ada.use("update_issue", { number: 2, labels: ["docs, for users", "docs"] });
  expect(await found({ labels: ["docs", "docs, for users"] })).toEqual([2]);
});

test("long texts come in pieces that say how to go on, and nothing is lost", async () => {
  const lines = Array.from({ length: 2500 }, (_, at) => `line ${at + 1} of a very long report`);
  const made = await ada.use("create_issue", { title: "Long", body: lines.join("\n") });
  const number = Number(/\d+/.exec(made)?.[0]);
  for (const at of [1, 2]) await ada.use("add_issue_comment", { number, body: `${at}\n${lines.join("\n")}` });
  const shown = (texts: readonly string[]) => texts.join("\n").match(/line \d+ of a very long report/g);

  const body: string[] = [];
  for (let from: string | undefined = "1"; from !== undefined; from = goingOn(body.at(-1))) {
    body.push(await ada.use("get_issue", { number, ...(body.length > 0 && { from_line: from }) }));
  }
  expect(body.length).toBeGreaterThan(2);
  expect(shown(body.map((text) => text.replace(/\nlast [\s\S]*/, "")))).toEqual(lines);

  const second: string[] = [];
  for (let from: string | undefined = "1"; from !== undefined; from = goingOn(second.at(-1))) {
    second.push(await ada.use("list_issue_comments", { number, offset: 1, from_line: from }));
  }
  expect(second.length).toBeGreaterThan(2);
  expect(shown(second)).toEqual(lines);
});

/** The line from which an answer says that it goes on. */
function goingOn(text = ""): string | undefined {
  return /from_line=(\d+)/.exec(text)?.[1];
}

test("a line that is too long is cut and said to be, and there is nothing after the end", async () => {
  const made = await ada.use("create_issue", { title: "Wide", body: "word ".repeat(20_000) });
  const number = Number(/\d+/.exec(made)?.[0]);
  expect(await ada.use("get_issue", { number })).toMatch(/\nLine 1 is longer than an answer may be and was cut\.$/);
  expect(await ada.use("get_issue", { number, from_line: 2 })).toContain(
    "The body has 1 lines; there are none from line 2 on.",
  );
});

test("what is wrong is said", async () => {
  expect(await ada.refused("get_issue", { number: 99 })).toBe(
    'get_issue failed: 404 "issue" (GET /api/projects/{project_id}/issues/{number}).\nIt does not exist, or this session may not see it. What exists: list_issues.',
  );
  expect(await ada.refused("update_issue", { number: 1 })).toBe(
    "update_issue was not called: give what is to change: title, body, status, labels or assignee.",
  );
  expect(await ada.refused("create_issue", { title: "x", assignee: "nobody" })).toContain("is no active user");
  expect(await ada.refused("update_issue", { number: 1, state: "closed" })).toMatch(/unknown argument "state"; valid/);
});
