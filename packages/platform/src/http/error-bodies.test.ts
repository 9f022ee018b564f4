import { errorBody } from "@platform-mcp/client/contract";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";
import { startReverseProxy } from "./testing/reverse-proxy.ts";

let platform: TestPlatform;
let proxy: Awaited<ReturnType<typeof startReverseProxy>>;
let project: string;
const tokens: Record<string, string> = {};
beforeAll(async () => {
  platform = await startTestPlatform();
  proxy = await startReverseProxy(platform.url);
  await platform.addUser("reader", [{ role: "viewer" }]);
  await platform.addUser("busy", [{ role: "admin" }]);
  tokens.admin = await platform.token({ user: "admin" });
  tokens.reader = await platform.token({ user: "reader" });
  tokens.expired = await platform.token({ user: "admin", expiresInDays: -1 });
  project = (await platform.send("POST", "/api/projects", tokens.admin, { name: "taken" })).body.id;
  const key = { "idempotency-key": "used", "content-type": "application/json" };
  const body = JSON.stringify({ name: "keyed" });
  await platform.request("/api/projects", tokens.admin, { method: "POST", headers: key, body });
  const secret = JSON.stringify({ name: "a token" });
  await platform.request("/api/tokens", tokens.admin, {
    method: "POST",
    headers: { ...key, "idempotency-key": "secret" },
    body: secret,
  });
});
afterAll(async () => {
  await proxy.close();
  await platform.close();
});

interface Case {
  readonly name: string;
  readonly request: string;
  readonly as?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status: number;
  readonly answer: object;
  /** Headers that the answer must have. */
  readonly with?: Readonly<Record<string, unknown>>;
}

const field = (path: string) => ({ error: expect.any(String), fields: [{ path, message: expect.any(String) }] });
const missing = (permission: string) => ({ error: "forbidden", permission, reason: expect.any(String) });
const nobody = "00000000-0000-4000-8000-000000000000";

const cases: readonly Case[] = [
  {
    name: "malformed JSON",
    request: "POST /api/projects",
    body: "{",
    status: 400,
    answer: { error: expect.any(String) },
  },
  {
    name: "a missing body",
    request: "POST /api/projects",
    body: "",
    status: 400,
    answer: { error: expect.any(String) },
  },
  { name: "a wrong value", request: "POST /api/projects", body: '{"name":"a/b"}', status: 400, answer: field("name") },
  {
    name: "NUL in a body",
    request: "POST /api/projects",
    body: '{"name":"a\\u0000"}',
    status: 400,
    answer: field("name"),
  },
  {
    name: "half of a character",
    request: "POST /api/projects",
    body: '{"name":"\\ud800"}',
    status: 400,
    answer: field("name"),
  },
  { name: "NUL in a query", request: "GET /api/projects?search=%00", status: 400, answer: field("search") },
  { name: "a query that is no number", request: "GET /api/projects?limit=x", status: 400, answer: field("limit") },
  { name: "a negative number", request: "GET /api/projects?offset=-1", status: 400, answer: field("offset") },
  { name: "a path that is no UUID", request: "GET /api/projects/x", status: 400, answer: field("project_id") },
  {
    name: "a path that cannot be decoded",
    request: "GET /api/projects/%zz",
    status: 400,
    answer: { error: expect.any(String) },
  },
  {
    name: "deep nesting",
    request: "POST /api/projects",
    body: `${"[".repeat(99)}${"]".repeat(99)}`,
    status: 400,
    answer: { error: "the body is nested too deeply" },
  },
  {
    name: "a key that is none",
    request: "POST /api/projects",
    body: '{"name":"x"}',
    headers: { "idempotency-key": "a b" },
    status: 400,
    answer: field("idempotency-key"),
  },
  {
    name: "no credential",
    request: "GET /api/projects",
    as: "",
    status: 401,
    answer: { error: "unauthorized" },
    with: { "www-authenticate": "Bearer" },
  },
  {
    name: "an expired credential",
    request: "GET /metrics",
    as: "expired",
    status: 401,
    answer: { error: "unauthorized" },
    with: { "www-authenticate": "Bearer" },
  },
  {
    name: "a wrong password",
    request: "POST /api/auth/login",
    as: "",
    body: '{"name":"admin","password":"wrong"}',
    status: 401,
    answer: { error: "unauthorized" },
  },
  {
    name: "a missing permission",
    request: "DELETE /api/projects/{project}",
    as: "reader",
    status: 403,
    answer: missing("project:delete"),
  },
  {
    name: "a missing global permission",
    request: "GET /api/users/list",
    as: "reader",
    status: 403,
    answer: missing("admin:users"),
  },
  { name: "what is not there", request: `GET /api/projects/${nobody}`, status: 404, answer: { error: "project" } },
  { name: "a path that is not there", request: "GET /api/nothing", status: 404, answer: { error: "not found" } },
  { name: "a path of nobody's", request: "GET /", as: "", status: 404, answer: { error: "not found" } },
  {
    name: "a wrong method",
    request: "PUT /api/projects",
    status: 405,
    answer: { error: "method not allowed" },
    with: { allow: "GET, HEAD, POST" },
  },
  {
    name: "what is there already",
    request: "POST /api/projects",
    body: '{"name":"taken"}',
    status: 409,
    answer: { error: expect.any(String) },
  },
  {
    name: "a secret that was shown",
    request: "POST /api/tokens",
    body: '{"name":"a token"}',
    headers: { "idempotency-key": "secret" },
    status: 409,
    answer: { error: expect.any(String), resource_id: expect.any(String) },
  },
  {
    name: "too large a body",
    request: "POST /api/projects",
    body: JSON.stringify({ name: "x".repeat(3_000_000) }),
    status: 413,
    answer: { error: expect.any(String) },
  },
  {
    name: "another content type",
    request: "POST /api/projects",
    body: "name=x",
    headers: { "content-type": "text/plain" },
    status: 415,
    answer: { error: expect.any(String) },
  },
  {
    name: "no content type",
    request: "POST /api/projects",
    body: "{}",
    headers: { "content-type": "" },
    status: 415,
    answer: { error: expect.any(String) },
  },
  {
    name: "a key of another request",
    request: "POST /api/projects",
    body: '{"name":"other"}',
    headers: { "idempotency-key": "used" },
    status: 422,
    answer: field("idempotency-key"),
  },
];

describe.each(["directly", "through a proxy"] as const)("asked %s", (way) => {
  // An endpoint that answers text says what went wrong as JSON too, and so do all whatever the caller would rather have.
  describe.each(["application/json", "text/plain"])("for %s", (accept) => {
    test.each(cases)("$name", async ({ request, as = "admin", body, headers, status, answer, ...more }) => {
      const [method = "", path = ""] = request.split(" ");
      const response = await fetch(
        `${way === "directly" ? platform.url : proxy.url}${path.replace("{project}", project)}`,
        {
          method,
          headers: {
            accept,
            ...(as !== "" && { authorization: `Bearer ${tokens[as]}` }),
            ...(body !== undefined && { "content-type": "application/json" }),
            ...headers,
          },
          ...(body !== undefined && { body: Buffer.from(body) }),
        },
      );
      const text = await response.text();
      expect([response.status, response.headers.get("content-type")], text).toEqual([
        status,
        "application/json; charset=utf-8",
      ]);
      const parsed = errorBody.strict().parse(JSON.parse(text));
      expect(parsed).toMatchObject(answer);
      expect(parsed.request_id).toBe(response.headers.get("x-request-id"));
      for (const [name, value] of Object.entries(more.with ?? {})) expect(response.headers.get(name)).toBe(value);
      for (const token of Object.values(tokens)) expect(text).not.toContain(token);
    });
  });
});
