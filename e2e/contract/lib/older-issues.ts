import type { ServerResponse } from "node:http";
import { type SeenRequest, sendJson } from "./stand-in.ts";

export const olderProject = "6f1f64a4-5d0e-4f0b-9a3e-0d2c8c8a7b11";
export const ada = "11111111-1111-4111-8111-111111111111";
export const bob = "22222222-2222-4222-8222-222222222222";

const time = (minute: number) => new Date(Date.UTC(2026, 1, 1, 0, minute)).toISOString();

/** 260 issues; every tenth one is a bug, every seventh is bob's to do, every fifth was written by him. */
const issues = Array.from({ length: 260 }, (_, at) => {
  const number = at + 1;
  return {
    id: `issue-${number}`,
    project_id: olderProject,
    number,
    author_id: number % 5 === 0 ? bob : ada,
    title: `Issue ${number}`,
    body: number % 50 === 0 ? "It crashes on Sundays." : null,
    status: number % 2 === 0 ? "open" : "closed",
    labels: number % 10 === 0 ? ["bug"] : [],
    assignee_id: number % 7 === 0 ? bob : null,
    created_at: time(number),
    updated_at: time(number),
  };
});

const comments = Array.from({ length: 45 }, (_, at) => ({
  id: `comment-${at + 1}`,
  author_id: ada,
  body: `Comment ${at + 1}.`,
  created_at: time(at),
  updated_at: time(at),
}));

const reviews = Array.from({ length: 3 }, (_, at) => ({
  id: `review-${at + 1}`,
  mr_id: "mr",
  reviewer_id: bob,
  verdict: "approve",
  body: `Review ${at + 1}.`,
  created_at: time(at),
}));

const mergeRequests = Array.from({ length: 3 }, (_, at) => ({
  id: `mr-${at + 1}`,
  project_id: olderProject,
  number: at + 1,
  author_id: at === 0 ? bob : ada,
  source_branch: `topic/${at + 1}`,
  target_branch: at === 2 ? "release" : "main",
  title: `Topic ${at + 1}`,
  body: null,
  status: ["merged", "open", "open"][at],
  merged_by: null,
  merged_at: null,
  created_at: time(at),
  updated_at: time(at),
}));

type Fields = Record<string, unknown>;
type Answer = (
  response: ServerResponse,
  found: { match: RegExpExecArray; query: URLSearchParams; body: Fields },
) => void;

/** A page of what passes the filters that it knows. */
function page(items: readonly Fields[], query: URLSearchParams, known: readonly string[]) {
  const passing = items.filter((item) => known.every((name) => [null, item[name]].includes(query.get(name))));
  const limit = Math.min(Number(query.get("limit") ?? 50), 100);
  const offset = Number(query.get("offset") ?? 0);
  return { items: passing.slice(offset, offset + limit), total: passing.length };
}

const newestFirst = (items: readonly Fields[]) => items.toReversed();
const numbered = (items: readonly Fields[], number: unknown) => items.find((item) => String(item.number) === number);

/** What PATCH did: what is null is kept, and what is not known is ignored. */
function patched(item: Fields, body: Fields, known: readonly string[]): Fields {
  const changes = known.filter((name) => body[name] !== undefined && body[name] !== null);
  return { ...item, ...Object.fromEntries(changes.map((name) => [name, body[name]])) };
}

/** By method and path below the project; `#` is a number. */
const answers: Readonly<Record<string, Answer>> = {
  "GET ": (response) => sendJson(response, 200, { id: olderProject, name: "old", default_branch: "trunk" }),
  "GET /issues": (response, { query }) =>
    sendJson(response, 200, page(newestFirst(issues), query, ["status", "assignee_id"])),
  "POST /issues": (response, { body }) =>
    sendJson(response, 201, { assignee_id: null, number: 261, status: "open", ...patched({}, body, ["assignee_id"]) }),
  "GET /issues/#": (response, { match }) => sendOr404(response, numbered(issues, match[1]), "issue"),
  "PATCH /issues/#": (response, { match, body }) => {
    const issue = numbered(issues, match[1]);
    const known = ["title", "body", "status", "labels", "assignee_id"];
    sendOr404(response, issue && patched(issue, body, known), "issue");
  },
  "GET /issues/#/comments": (response) => sendJson(response, 200, comments),
  "POST /issues/#/comments": (response) => sendJson(response, 201, { id: "comment-46" }),
  "GET /merge-requests": (response, { query }) =>
    sendJson(response, 200, page(newestFirst(mergeRequests), query, ["status", "author_id"])),
  "POST /merge-requests": (response, { body }) => {
    if (typeof body.target_branch === "string")
      return sendJson(response, 201, { ...mergeRequests[1], ...body, number: 4 });
    response
      .writeHead(422, { "content-type": "text/plain; charset=utf-8" })
      .end("Failed to deserialize the JSON body into the target type: missing field `target_branch`");
  },
  "GET /merge-requests/#": (response, { match }) =>
    sendOr404(response, numbered(mergeRequests, match[1]), "merge request"),
  "PATCH /merge-requests/#": (response, { match, body }) => {
    const request = numbered(mergeRequests, match[1]);
    sendOr404(response, request && patched(request, body, ["title", "body", "status"]), "merge request");
  },
  "POST /merge-requests/#/merge": (response, { match }) => {
    const status = numbered(mergeRequests, match[1])?.status;
    const why =
      status === "open"
        ? "merge failed: merge failed: merge: origin/topic - not something we can merge"
        : `cannot merge MR with status '${status}'`;
    sendJson(response, 400, { error: why });
  },
  "GET /merge-requests/#/reviews": (response) => sendJson(response, 200, reviews),
  "POST /merge-requests/#/reviews": (response, { body }) =>
    sendJson(response, 201, { ...reviews[0], verdict: body.verdict, body: body.body ?? null }),
  "GET /merge-requests/#/comments": (response) => sendJson(response, 200, comments.slice(0, 4)),
  "POST /merge-requests/#/comments": (response) => sendJson(response, 201, { id: "comment-5" }),
};

const patterns = Object.entries(answers).map(([key, answer]) => {
  const [method, path = ""] = key.split(" ");
  return { method, path: new RegExp(`^${path.replaceAll("#", "(\\d+)")}$`), answer };
});

function sendOr404(response: ServerResponse, item: Fields | undefined, noun: string): void {
  if (item === undefined) sendJson(response, 404, { error: noun });
  else sendJson(response, 200, item);
}

/**
 * A platform as the first one was, as far as issues and merge requests go: few filters, people by id alone, comments
 * and reviews as whole arrays, merges that always fail, and where it has no endpoint, its page for browsers.
 */
export async function answerAsOlder(response: ServerResponse, { method, url, body }: SeenRequest): Promise<void> {
  const { pathname, searchParams } = new URL(url, "http://platform");
  if (pathname === "/api/auth/me") return sendJson(response, 200, { id: bob, name: "bob" });
  const below = pathname.replace(`/api/projects/${olderProject}`, "");
  for (const { path, answer, ...pattern } of patterns) {
    const match = pattern.method === method ? path.exec(below) : null;
    if (match !== null) {
      return answer(response, { match, query: searchParams, body: JSON.parse((await body()) || "{}") });
    }
  }
  response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>Platform</title>");
}
