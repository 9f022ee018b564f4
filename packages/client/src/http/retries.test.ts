import { describe, expect, test } from "vitest";
import { projects } from "../contract/index.ts";
import { facts, failureOf, testClient } from "../testing/client.ts";
import { type SeenRequest, sendJson, startHttpServer } from "../testing/http-server.ts";
import { startTcpServer } from "../testing/tcp-server.ts";

const page = { items: [], total: 0 };
const newProject = { body: { name: "demo" } };

describe("Retry-After", () => {
  test("is waited for", async () => {
    const times: number[] = [];
    await using server = await startHttpServer((response, _, count) => {
      times.push(performance.now());
      if (count === 1) sendJson(response, 429, {}, { "retry-after": "1" });
      else sendJson(response, 200, page);
    });
    await using client = testClient(server.url);
    await client.call(projects.listProjects, {});
    const [first = 0, second = 0] = times;
    expect(times).toHaveLength(2);
    expect(second - first).toBeGreaterThanOrEqual(999);
  });

  test("of a moment that has passed is over at once", async () => {
    await using server = await startHttpServer((response, _, count) =>
      sendJson(response, count < 6 ? 503 : 200, page, { "retry-after": "Wed, 21 Oct 2015 07:28:00 GMT" }),
    );
    await using client = testClient(server.url);
    await client.call(projects.listProjects, {});
    expect(server.seen).toHaveLength(6);
  });

  test("beyond the deadline fails at once, and says when", async () => {
    await using server = await startHttpServer((response) =>
      sendJson(response, 429, { error: "too many requests" }, { "retry-after": "120" }),
    );
    await using client = testClient(server.url);
    const error = await failureOf(client.call(projects.listProjects, {}));
    expect(server.seen).toHaveLength(1);
    expect(error).toHaveProperty("retryAfter", 120);
    expect(facts(error, server.url)).toEqual({
      name: "PlatformError",
      outcome: "answered",
      retryable: true,
      message: "GET /api/projects answered 429 Too Many Requests: too many requests. Retry after 120 s.",
    });
  });

  test("does not make a write be sent again", async () => {
    await using server = await startHttpServer((response) => sendJson(response, 429, {}, { "retry-after": "0" }));
    await using client = testClient(server.url);
    expect(await failureOf(client.call(projects.createProject, newProject))).toMatchObject({
      outcome: "answered",
      retryable: true,
      retryAfter: 0,
    });
    expect(server.seen).toHaveLength(1);
  });
});

test("no attempt starts after the deadline", async () => {
  await using server = await startHttpServer((response) => sendJson(response, 503, { error: "busy" }));
  await using client = testClient(server.url, { timeouts: { deadline: 0 } });
  await failureOf(client.call(projects.listProjects, {}));
  expect(server.seen).toHaveLength(1);
});

describe("a platform that has echoed an Idempotency-Key", () => {
  const echo = ({ headers }: SeenRequest) => ({ "idempotency-key": headers["idempotency-key"] });

  test("gets a POST again that may have been received, with the same key", async () => {
    await using server = await startHttpServer((response, request, count) => {
      if (count === 2) response.destroy();
      else if (count === 3) sendJson(response, 502, {});
      else sendJson(response, 201, {}, echo(request));
    });
    await using client = testClient(server.url);
    await client.call(projects.createProject, newProject);
    await client.call(projects.createProject, newProject);
    const keys = server.seen.map(({ headers }) => headers["idempotency-key"]);
    expect(keys).toHaveLength(4);
    expect(new Set(keys.slice(1)).size).toBe(1);
    expect(keys[0]).not.toBe(keys[1]);
  });

  test("gets it again while it says that the first is still being carried out", async () => {
    await using server = await startHttpServer((response, request, count) => {
      if (count === 1) sendJson(response, 503, {}, echo(request));
      else if (count < 6) sendJson(response, 409, { error: "in progress" }, { "retry-after": "0" });
      else sendJson(response, 201, {}, echo(request));
    });
    await using client = testClient(server.url);
    await client.call(projects.createProject, newProject);
    expect(server.seen).toHaveLength(6);
  });

  test("gets a conflict of a first attempt only once, and other writes too", async () => {
    await using server = await startHttpServer((response, request, count) => {
      if (count === 1) sendJson(response, 201, {}, echo(request));
      else if (request.method === "POST") sendJson(response, 409, { error: "exists" }, { "retry-after": "0" });
      else response.destroy();
    });
    await using client = testClient(server.url);
    await client.call(projects.createProject, newProject);
    expect(await failureOf(client.call(projects.createProject, newProject))).toMatchObject({ status: 409 });
    expect(await failureOf(client.call(projects.deleteProject, { project_id: "p" }))).toMatchObject({
      outcome: "unknown",
    });
    expect(server.seen).toHaveLength(3);
  });

  test("that disappears after it may have received a POST: nobody says that nothing was sent", async () => {
    let requests = 0;
    await using server = await startTcpServer({
      request(socket) {
        if (++requests > 1) {
          server[Symbol.asyncDispose]();
          return;
        }
        const key = /idempotency-key: (.*)/i.exec(server.heads[0] ?? "")?.[1];
        socket.write(`HTTP/1.1 201 Created\r\nidempotency-key: ${key}\r\ncontent-length: 0\r\n\r\n`);
      },
    });
    await using client = testClient(server.url);
    await client.call(projects.createProject, newProject);
    const error = await failureOf(client.call(projects.createProject, newProject));
    expect(facts(error, server.url)).toMatchInlineSnapshot(`
      {
        "message": "POST /api/projects: cannot connect to URL: connection refused. Is the platform running, and PLATFORM_API_URL right? It is unknown whether it was carried out: check before trying again. Tried 6 times.",
        "name": "NetworkError",
        "outcome": "unknown",
        "retryable": false,
      }
    `);
  });

  test("that turns a repeated POST away does not say what became of the first", async () => {
    await using server = await startHttpServer((response, request, count) => {
      if (count === 1) sendJson(response, 201, {}, echo(request));
      else if (count === 2) response.destroy();
      else sendJson(response, 429, { error: "too many requests" }, { "retry-after": "100" });
    });
    await using client = testClient(server.url);
    await client.call(projects.createProject, newProject);
    const error = await failureOf(client.call(projects.createProject, newProject));
    expect(facts(error, server.url)).toMatchInlineSnapshot(`
      {
        "message": "POST /api/projects answered 429 Too Many Requests: too many requests. Retry after 100 s. It is unknown whether it was carried out: check before trying again. Tried 2 times.",
        "name": "PlatformError",
        "outcome": "unknown",
        "retryable": false,
      }
    `);
  });

  test("must echo the very key", async () => {
    await using server = await startHttpServer((response, _, count) => {
      if (count === 2) response.destroy();
      else sendJson(response, 201, {}, { "idempotency-key": "another" });
    });
    await using client = testClient(server.url);
    await client.call(projects.createProject, newProject);
    await failureOf(client.call(projects.createProject, newProject));
    expect(server.seen).toHaveLength(2);
  });
});
