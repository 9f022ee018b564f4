import { describe, expect, test } from "vitest";
import { projects } from "../contract/index.ts";
import { facts, failureOf, testClient } from "../testing/client.ts";
import { freeUrl, reset, startTcpServer } from "../testing/tcp-server.ts";
import type { PlatformClient } from "./client.ts";

const newProject = { body: { name: "demo" } };
const okBody = '{"items":[],"total":0}';
const ok = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${okBody.length}\r\n\r\n${okBody}`;

describe("connection refused", () => {
  test("a read is tried again, and then says that nothing was sent", async () => {
    const url = await freeUrl();
    await using client = testClient(url);
    expect(facts(await failureOf(client.call(projects.listProjects, {})), url)).toMatchInlineSnapshot(`
      {
        "message": "GET /api/projects: cannot connect to URL: connection refused. Is the platform running, and PLATFORM_API_URL right? Nothing was sent. Tried 6 times.",
        "name": "NetworkError",
        "outcome": "not_sent",
        "retryable": true,
      }
    `);
  });

  test("so is a write, which was certainly not received", async () => {
    const url = await freeUrl();
    await using client = testClient(url);
    expect(facts(await failureOf(client.call(projects.createProject, newProject)), url)).toMatchInlineSnapshot(`
      {
        "message": "POST /api/projects: cannot connect to URL: connection refused. Is the platform running, and PLATFORM_API_URL right? Nothing was sent. Tried 6 times.",
        "name": "NetworkError",
        "outcome": "not_sent",
        "retryable": true,
      }
    `);
  });
});

test("an unknown host name is said to be one", async () => {
  const url = "http://platform.invalid";
  await using client = testClient(url, { timeouts: { deadline: 0 } });
  const error = await failureOf(client.call(projects.createProject, newProject));
  expect(error).toMatchObject({ outcome: "not_sent", retryable: true, phase: "connect" });
  // Without a network a resolver gives up in its own time and words.
  expect(facts(error, url).message).toMatch(/host name (is unknown|cannot be looked up)|no connection to URL within/);
});

describe("reset as soon as the connection is made", () => {
  test("a read is tried again until it succeeds", async () => {
    await using server = await startTcpServer({
      accept: (socket, count) => count < 3 && reset(socket),
      request: (socket) => socket.end(ok),
    });
    await using client = testClient(server.url);
    await client.call(projects.listProjects, {});
    expect(server.connections()).toBe(3);
    expect(server.heads).toHaveLength(1);
  });

  test("a write is not, unless the reset came before a byte of it was written", async () => {
    await using server = await startTcpServer({ accept: reset });
    await using client = testClient(server.url);
    const { outcome, message } = facts(await failureOf(client.call(projects.createProject, newProject)), server.url);
    // The reset races with the write; each outcome must be said for what it is.
    expect(outcome === "unknown" || server.connections() === 6).toBe(true);
    expect(message).toMatch(outcome === "unknown" ? /unknown whether it was carried out/ : /Nothing was sent/);
  });

  test("a write that TLS kept from being sent is tried again, and then says so", async () => {
    await using server = await startTcpServer({ accept: reset });
    const url = server.url.replace("http:", "https:");
    await using client = testClient(url);
    const error = await failureOf(client.call(projects.createProject, newProject));
    expect(server.connections()).toBe(6);
    expect(facts(error, url)).toMatchInlineSnapshot(`
      {
        "message": "POST /api/projects: cannot connect to URL: the connection was closed while it was being made. Nothing was sent. Tried 6 times.",
        "name": "NetworkError",
        "outcome": "not_sent",
        "retryable": true,
      }
    `);
  });
});

describe("reset after the request was received", () => {
  test("a read is tried again until it succeeds", async () => {
    await using server = await startTcpServer({
      request: (socket, count) => (count < 3 ? reset(socket) : socket.end(ok)),
    });
    await using client = testClient(server.url);
    await client.call(projects.listProjects, {});
    expect(server.heads).toHaveLength(3);
  });

  test("a read that never succeeds says so", async () => {
    await using server = await startTcpServer({ request: reset });
    await using client = testClient(server.url);
    const error = await failureOf(client.call(projects.listProjects, {}));
    expect(server.heads).toHaveLength(6);
    expect(facts(error, server.url)).toMatchInlineSnapshot(`
      {
        "message": "GET /api/projects: the connection broke before an answer came. Tried 6 times.",
        "name": "NetworkError",
        "outcome": "unknown",
        "retryable": true,
      }
    `);
  });

  test.each<[string, (client: PlatformClient) => Promise<unknown>]>([
    ["POST", (client) => client.call(projects.createProject, newProject)],
    ["PATCH", (client) => client.call(projects.updateProject, { project_id: "p", body: {} })],
    ["DELETE", (client) => client.call(projects.deleteProject, { project_id: "p" })],
  ])("a %s is sent once, and its outcome is unknown", async (_, write) => {
    await using server = await startTcpServer({ request: reset });
    await using client = testClient(server.url);
    const error = await failureOf(write(client));
    expect(server.heads).toHaveLength(1);
    expect(error).toMatchObject({ name: "NetworkError", phase: "headers", outcome: "unknown", retryable: false });
    expect(error).toHaveProperty(
      "message",
      expect.stringContaining("unknown whether it was carried out: check before"),
    );
  });
});

test("headers that never come: not tried again, the outcome of a write unknown", async () => {
  await using server = await startTcpServer({});
  await using client = testClient(server.url, { timeouts: { headers: 100 } });
  const read = await failureOf(client.call(projects.listProjects, {}));
  const write = await failureOf(client.call(projects.createProject, newProject));
  expect(server.heads).toHaveLength(2);
  expect([facts(read, server.url), facts(write, server.url)]).toMatchInlineSnapshot(`
    [
      {
        "message": "GET /api/projects: no answer within 0.1 s.",
        "name": "TimeoutError",
        "outcome": "unknown",
        "retryable": true,
      },
      {
        "message": "POST /api/projects: no answer within 0.1 s. It is unknown whether it was carried out: check before trying again.",
        "name": "TimeoutError",
        "outcome": "unknown",
        "retryable": false,
      },
    ]
  `);
});

test("a body that stalls: not tried again; a write was carried out", async () => {
  await using server = await startTcpServer({
    request: (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"items":'),
  });
  await using client = testClient(server.url, { timeouts: { body: 100 } });
  const read = await failureOf(client.call(projects.listProjects, {}));
  const write = await failureOf(client.call(projects.createProject, newProject));
  expect(server.heads).toHaveLength(2);
  expect([facts(read, server.url), facts(write, server.url)]).toMatchInlineSnapshot(`
    [
      {
        "message": "GET /api/projects: the answer stopped in the middle: nothing more came within 0.1 s.",
        "name": "TimeoutError",
        "outcome": "answered",
        "retryable": true,
      },
      {
        "message": "POST /api/projects: the answer stopped in the middle: nothing more came within 0.1 s. It was carried out (200): do not repeat it, look at the result.",
        "name": "TimeoutError",
        "outcome": "answered",
        "retryable": false,
      },
    ]
  `);
});

describe("a connection that breaks in the middle of a body", () => {
  const beginnings = {
    "of known length": `HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"items":`,
    "of known length on a connection to be closed": `HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 100\r\n\r\n{`,
    "in chunks": `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"ite\r\n`,
  };
  test.each(Object.entries(beginnings))("%s: a read is tried again", async (_, beginning) => {
    await using server = await startTcpServer({
      request: (socket, count) => socket.end(count < 3 ? beginning : ok),
    });
    await using client = testClient(server.url);
    await client.call(projects.listProjects, {});
    expect(server.heads).toHaveLength(3);
  });

  test.each(Object.entries(beginnings))("%s: a write was carried out, and is not sent again", async (_, beginning) => {
    await using server = await startTcpServer({ request: (socket) => socket.end(beginning) });
    await using client = testClient(server.url);
    const error = await failureOf(client.call(projects.createProject, newProject));
    expect(server.heads).toHaveLength(1);
    expect(facts(error, server.url)).toEqual({
      name: "NetworkError",
      outcome: "answered",
      retryable: false,
      message:
        "POST /api/projects: the connection broke in the middle of the answer. It was carried out (200): do not repeat it, look at the result.",
    });
  });
});

test("an idle connection that the server has closed does not fail the next write", async () => {
  await using server = await startTcpServer({
    request(socket) {
      socket.end(ok);
    },
  });
  await using client = testClient(server.url);
  for (let count = 1; count <= 3; count++) {
    await client.call(projects.createProject, newProject);
    await server.closed(count);
  }
  expect(server.heads).toHaveLength(3);
});

test.each([
  ["another protocol", "SSH-2.0-OpenSSH_9.2p1\r\n"],
  ["a TLS alert", "\x15\x03\x01\x00\x02\x02\x16"],
  ["headers without end", `HTTP/1.1 200 OK\r\nx: ${"a".repeat(100_000)}`],
])("%s instead of HTTP: not tried again", async (_, bytes) => {
  await using server = await startTcpServer({ request: (socket) => socket.write(bytes, "latin1") });
  await using client = testClient(server.url);
  const error = await failureOf(client.call(projects.listProjects, {}));
  expect(server.heads).toHaveLength(1);
  expect(facts(error, server.url)).toEqual({
    name: "UnexpectedAnswerError",
    outcome: "unknown",
    retryable: false,
    message: "GET /api/projects: what answers at URL does not speak HTTP as it should. Is PLATFORM_API_URL right?",
  });
});
