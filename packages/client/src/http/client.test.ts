import { expect, expectTypeOf, test } from "vitest";
import { auth, type CallArgs, type git, projects, type Streamed, type system } from "../contract/index.ts";
import { testClient, testToken } from "../testing/client.ts";
import { sendJson, startHttpServer } from "../testing/http-server.ts";
import type { PlatformClient } from "./client.ts";

const projectId = "6f1f64a4-5d0e-4f0b-9a3e-0d2c8c8a7b11";
const uuid = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

test("a read carries who asks, and nothing that belongs to a body", async () => {
  await using server = await startHttpServer((response) => sendJson(response, 200, { items: [], total: 0 }));
  await using client = testClient(server.url, { sessionId: "session-1" });
  const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

  const answer = await client.call(projects.listProjects, { search: "a b&c", limit: 5 }, { traceparent });

  expect(answer).toEqual({ items: [], total: 0 });
  expect(server.seen).toHaveLength(1);
  const [request] = server.seen;
  expect(request?.url).toBe("/api/projects?limit=5&search=a+b%26c");
  expect(request?.headers).toMatchObject({
    authorization: `Bearer ${testToken}`,
    "user-agent": "client-test/1",
    "x-request-id": expect.stringMatching(uuid),
    "x-agent-session-id": "session-1",
    accept: "application/json",
    traceparent,
  });
  for (const absent of ["content-type", "content-length", "transfer-encoding", "idempotency-key"]) {
    expect(request?.headers).not.toHaveProperty(absent);
  }
});

test("a write carries its body as JSON and a key of its own", async () => {
  await using server = await startHttpServer((response) => sendJson(response, 201, {}));
  await using client = testClient(server.url);

  await client.call(projects.createProject, { body: { name: "größe", description: null } });
  await client.call(projects.createProject, { body: { name: "b" } });

  const [first, second] = server.seen;
  expect(first?.body).toBe('{"name":"größe","description":null}');
  expect(first?.headers["content-type"]).toBe("application/json");
  expect(first?.headers["idempotency-key"]).toMatch(uuid);
  expect(second?.headers["idempotency-key"]).not.toBe(first?.headers["idempotency-key"]);
});

test("a base URL's path prefix stays, with or without a slash at its end", async () => {
  await using server = await startHttpServer((response) => sendJson(response, 200, {}));
  for (const prefix of ["/some/prefix", "/some/prefix/"]) {
    await using client = testClient(server.url + prefix);
    await client.call(projects.getProject, { project_id: projectId });
  }
  expect(server.seen.map(({ url }) => url)).toEqual(Array(2).fill(`/some/prefix/api/projects/${projectId}`));
});

test("a malformed trace context is left out rather than failing the call", async () => {
  await using server = await startHttpServer((response) => sendJson(response, 200, {}));
  await using client = testClient(server.url);
  await client.call(auth.getMe, {}, { traceparent: "00-x\r\nevil: 1" });
  expect(server.seen[0]?.headers).not.toHaveProperty("traceparent");
});

test("what call() takes and gives follows from the endpoint", () => {
  const call: PlatformClient["call"] = () => Promise.reject(new Error("never called"));
  expectTypeOf<CallArgs<typeof projects.getProject>>().toEqualTypeOf<{ project_id: string }>();
  expectTypeOf(call<typeof projects.listProjects>)
    .returns.resolves.toHaveProperty("total")
    .toEqualTypeOf<number>();
  expectTypeOf(call<typeof system.healthz>).returns.resolves.toEqualTypeOf<Streamed<string>>();
  expectTypeOf(call<typeof git.searchCode>)
    .parameter(1)
    .toHaveProperty("q")
    .toEqualTypeOf<string>();
  expectTypeOf(call<typeof projects.createProject>)
    .parameter(1)
    .toHaveProperty("body");
  expectTypeOf(call<typeof projects.getProject>)
    .parameter(1)
    .not.toHaveProperty("body");
});
