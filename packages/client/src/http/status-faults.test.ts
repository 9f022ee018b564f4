import type { ServerResponse } from "node:http";
import { describe, expect, test } from "vitest";
import { projects } from "../contract/index.ts";
import { PlatformError } from "../errors/platform-error.ts";
import { facts, failureOf, testClient, testToken } from "../testing/client.ts";
import { sendJson, startHttpServer } from "../testing/http-server.ts";

type Answer = (response: ServerResponse) => void;

/** A read and a write against a server that gives one answer: how each failed, and how often the server was asked. */
async function failWith(answer: Answer) {
  await using server = await startHttpServer(answer);
  await using client = testClient(server.url);
  const read = await failureOf(client.call(projects.getProject, { project_id: "p" }));
  const reads = server.seen.length;
  const write = await failureOf(client.call(projects.createProject, { body: { name: "demo" } }));
  if (!(read instanceof PlatformError && write instanceof PlatformError)) throw read;
  return {
    read,
    write,
    texts: [read, write].map((error) => facts(error, server.url)),
    asked: [reads, server.seen.length - reads],
  };
}

const json =
  (status: number, body: unknown, headers = {}): Answer =>
  (response) =>
    sendJson(response, status, body, headers);
const plain =
  (status: number, body: string, type = "text/plain"): Answer =>
  (response) =>
    response.writeHead(status, { "content-type": type }).end(body);

const once = [1, 1];
/** Reads are tried as often as it may help, writes once. */
const readsRepeated = [6, 1];

describe("not tried again", () => {
  test.each<[string, Answer, string, string]>([
    ["401", json(401, { error: "unauthorized" }), "401 Unauthorized: unauthorized", "answered"],
    ["403", json(403, { error: "forbidden", permission: "project:read" }), "403 Forbidden: forbidden", "answered"],
    ["404", json(404, { error: "project" }), "404 Not Found: project", "answered"],
    ["404 as a page", plain(404, "<html><title>Oops</title>", "text/html"), "404 Not Found: Oops", "answered"],
    ["405 with nothing", plain(405, ""), "405 Method Not Allowed", "answered"],
    ["409", json(409, { error: "resource already exists" }), "409 Conflict: resource already exists", "answered"],
    ["413", plain(413, "length limit exceeded"), "413 Content Too Large: length limit exceeded", "answered"],
    [
      "422 in plain text",
      plain(422, "Failed to deserialize the JSON body into the target type: missing field `name` at line 1 column 2"),
      "422 Unprocessable Content: Failed to deserialize the JSON body into the target type: missing field `name` at line 1 column 2",
      "answered",
    ],
    [
      "400 with fields",
      json(400, { error: "validation error", fields: [{ path: "name", message: "too short" }, "odd"] }),
      "400 Bad Request: validation error (name: too short; odd)",
      "answered",
    ],
    ["a message alone", json(418, { message: "short and stout" }), "418 Client Error: short and stout", "answered"],
    [
      "500",
      json(500, { error: "internal server error" }),
      "500 Internal Server Error: internal server error",
      "answered",
    ],
  ])("%s", async (_, answer, text, outcome) => {
    const { read, write, asked } = await failWith(answer);
    expect(asked).toEqual(once);
    expect(read).toMatchObject({
      outcome,
      retryable: false,
      message: `GET /api/projects/{project_id} answered ${text}`,
    });
    expect(write).toMatchObject({ outcome, retryable: false, message: `POST /api/projects answered ${text}` });
  });
});

describe("tried again when reading", () => {
  test("429 without Retry-After", async () => {
    const { texts, asked } = await failWith(json(429, { error: "too many requests" }));
    expect(asked).toEqual(readsRepeated);
    expect(texts).toMatchInlineSnapshot(`
      [
        {
          "message": "GET /api/projects/{project_id} answered 429 Too Many Requests: too many requests. Tried 6 times.",
          "name": "PlatformError",
          "outcome": "answered",
          "retryable": true,
        },
        {
          "message": "POST /api/projects answered 429 Too Many Requests: too many requests",
          "name": "PlatformError",
          "outcome": "answered",
          "retryable": true,
        },
      ]
    `);
  });

  test("502 and 504: a gateway lost the answer to a write", async () => {
    for (const [status, phrase] of [
      [502, "Bad Gateway"],
      [504, "Gateway Timeout"],
    ] as const) {
      const { read, write, asked } = await failWith(plain(status, `<html><head><title>${phrase}</title>`, "text/html"));
      expect(asked).toEqual(readsRepeated);
      expect(read).toMatchObject({ outcome: "answered", retryable: true });
      expect(read.message).toBe(`GET /api/projects/{project_id} answered ${status} ${phrase}. Tried 6 times.`);
      expect(write).toMatchObject({ outcome: "unknown", retryable: false });
      expect(write.message).toBe(
        `POST /api/projects answered ${status} ${phrase}. It is unknown whether it was carried out: check before trying again.`,
      );
    }
  });

  test("503 of the platform says that a write was not carried out; of a proxy, nothing", async () => {
    const own = await failWith(json(503, { error: "secrets engine not configured" }));
    const proxy = await failWith(plain(503, "upstream connect error or disconnect/reset before headers"));
    expect([own.asked, proxy.asked]).toEqual([readsRepeated, readsRepeated]);
    expect([own.write, proxy.write].map(({ outcome, retryable }) => [outcome, retryable])).toEqual([
      ["answered", true],
      ["unknown", false],
    ]);
  });

  test.each([408, 429, 502, 503, 504])("%i, then 200", async (status) => {
    await using server = await startHttpServer((response, _, count) =>
      sendJson(response, count < 3 ? status : 200, { items: [], total: 0 }),
    );
    await using client = testClient(server.url);
    await client.call(projects.listProjects, {});
    expect(server.seen).toHaveLength(3);
    expect(new Set(server.seen.map(({ headers }) => headers["x-request-id"])).size).toBe(1);
  });
});

test("the details of an error are kept for whoever handles it", async () => {
  const body = {
    error: "forbidden",
    permission: "project:write",
    reason: "the token's scopes do not include it",
    granted_by: "its user, with another token",
    detail: "You may not write here.",
    request_id: "r-1",
  };
  const { read } = await failWith(json(403, body));
  expect(read).toMatchObject({
    status: 403,
    serverMessage: "forbidden",
    permission: "project:write",
    reason: body.reason,
    grantedBy: body.granted_by,
    detail: body.detail,
    requestId: "r-1",
  });
  const { read: other } = await failWith(json(404, { error: "project" }, { "x-request-id": "r-2" }));
  expect(other).toMatchObject({ fields: [], permission: undefined, requestId: "r-2", retryAfter: undefined });
});

test("an error's text is cleaned, cut, and never holds the token", async () => {
  const said = `\u001b[31mbad\u001b[0m\n\n${testToken} \u202etxet\u200b ${"x".repeat(5000)}`;
  for (const answer of [
    json(400, {
      error: said,
      permission: testToken,
      request_id: testToken,
      fields: [{ path: testToken, message: said }],
    }),
    plain(400, said),
    plain(400, `<html><title>${said}</title>`, "text/html"),
  ]) {
    const { read } = await failWith(answer);
    expect(read.serverMessage).toMatch(/^bad \[token\] txet x+…$/);
    expect(read.serverMessage).toHaveLength(1000);
    expect(JSON.stringify(read) + read.message + read.stack).not.toContain(testToken);
  }
});

test("an error whose body never comes to its end is still the error it is", async () => {
  await using server = await startHttpServer((response) => {
    response.writeHead(404, { "content-length": 1000 }).write("no such", () => response.destroy());
  });
  await using client = testClient(server.url);
  const error = await failureOf(client.call(projects.getProject, { project_id: "p" }));
  expect(facts(error, server.url).message).toBe("GET /api/projects/{project_id} answered 404 Not Found: no such");
});
