import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { projects, system } from "../contract/index.ts";
import { AbortedError } from "../errors/aborted-error.ts";
import { collect, facts, failureOf, testClient } from "../testing/client.ts";
import { sendJson, startHttpServer } from "../testing/http-server.ts";
import { startTcpServer } from "../testing/tcp-server.ts";

const newProject = { body: { name: "demo" } };
const textStart = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 100\r\n\r\nbeginning";

test("before anything: nothing is connected", async () => {
  await using server = await startTcpServer({});
  await using client = testClient(server.url);
  const call = client.call(projects.createProject, newProject, { signal: AbortSignal.abort() });
  expect(facts(await failureOf(call), server.url)).toMatchInlineSnapshot(`
    {
      "message": "POST /api/projects: cancelled by the caller. Nothing was sent.",
      "name": "AbortedError",
      "outcome": "not_sent",
      "retryable": false,
    }
  `);
  expect(server.connections()).toBe(0);
});

test("while connecting: the connection is given up", async () => {
  const abort = new AbortController();
  // A server that never answers the TLS handshake.
  await using server = await startTcpServer({ accept: () => abort.abort() });
  await using client = testClient(server.url.replace("http:", "https:"));
  const error = await failureOf(client.call(projects.createProject, newProject, { signal: abort.signal }));
  expect(error).toBeInstanceOf(AbortedError);
  expect(error).toHaveProperty("outcome", "not_sent");
  await server.closed(1);
});

test("while waiting for headers: the connection is closed", async () => {
  const abort = new AbortController();
  await using server = await startTcpServer({ request: () => abort.abort() });
  await using client = testClient(server.url);
  const error = await failureOf(client.call(projects.createProject, newProject, { signal: abort.signal }));
  expect(facts(error, server.url)).toMatchInlineSnapshot(`
    {
      "message": "POST /api/projects: cancelled by the caller. It is unknown whether it was carried out: check before trying again.",
      "name": "AbortedError",
      "outcome": "unknown",
      "retryable": false,
    }
  `);
  await server.closed(1);
});

test("while reading text: the connection is closed, and the reader told", async () => {
  const abort = new AbortController();
  await using server = await startTcpServer({ request: (socket) => socket.write(textStart) });
  await using client = testClient(server.url);
  const read = async () => {
    for await (const text of await client.call(system.healthz, {}, { signal: abort.signal })) {
      expect(text).toBe("beginning");
      abort.abort();
    }
  };
  expect(facts(await failureOf(read()), server.url)).toMatchInlineSnapshot(`
    {
      "message": "GET /healthz: cancelled by the caller.",
      "name": "AbortedError",
      "outcome": "answered",
      "retryable": false,
    }
  `);
  await server.closed(1);
});

test("while reading JSON: the connection is closed", async () => {
  const abort = new AbortController();
  await using server = await startTcpServer({
    request: (socket) => socket.write("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{", () => abort.abort()),
  });
  await using client = testClient(server.url);
  const error = await failureOf(client.call(projects.listProjects, {}, { signal: abort.signal }));
  expect(error).toBeInstanceOf(AbortedError);
  await server.closed(1);
  expect(server.heads).toHaveLength(1);
});

test("between two attempts: the wait ends, and there is no further attempt", async () => {
  const abort = new AbortController();
  await using server = await startHttpServer((response) => {
    sendJson(response, 503, {}, { "retry-after": "10" });
    response.once("close", () => setImmediate(() => abort.abort()));
  });
  await using client = testClient(server.url);
  const start = performance.now();
  const error = await failureOf(client.call(projects.listProjects, {}, { signal: abort.signal }));
  expect(performance.now() - start).toBeLessThan(10_000);
  expect(facts(error, server.url)).toMatchInlineSnapshot(`
    {
      "message": "GET /api/projects: cancelled by the caller.",
      "name": "AbortedError",
      "outcome": "unknown",
      "retryable": false,
    }
  `);
  expect(server.seen).toHaveLength(1);
});

test("a reader who leaves early ends the request", async () => {
  await using server = await startTcpServer({ request: (socket) => socket.write(textStart) });
  await using client = testClient(server.url);
  for await (const _ of await client.call(system.healthz, {})) break;
  await server.closed(1);
});

test("closing the client ends its calls and connections", async () => {
  let received = 0;
  await using server = await startTcpServer({
    request() {
      if (++received === 2) client.close();
    },
  });
  await using client = testClient(server.url);
  const errors = await Promise.all([1, 2].map(() => failureOf(client.call(projects.listProjects, {}))));
  expect(facts(errors[0], server.url)).toMatchInlineSnapshot(`
    {
      "message": "GET /api/projects: the client is closed.",
      "name": "AbortedError",
      "outcome": "unknown",
      "retryable": false,
    }
  `);
  expect(errors[1]).toBeInstanceOf(AbortedError);
  await Promise.all([server.closed(1), server.closed(2)]);
  expect(await failureOf(client.call(projects.listProjects, {}))).toBeInstanceOf(AbortedError);
});

test("a signal that outlives many calls gathers no listeners, and takes many at once", async () => {
  const { signal } = new AbortController();
  const warnings: Error[] = [];
  const onWarning = (warning: Error) => warnings.push(warning);
  process.on("warning", onWarning);
  await using server = await startHttpServer((response) => sendJson(response, 200, { items: [], total: 0 }));
  await using client = testClient(server.url);
  await Promise.all(Array.from({ length: 30 }, () => client.call(projects.listProjects, {}, { signal })));
  for (let count = 0; count < 5; count++) await collect(await client.call(system.healthz, {}, { signal }));
  expect(getEventListeners(signal, "abort")).toHaveLength(0);
  await new Promise(setImmediate);
  process.off("warning", onWarning);
  expect(warnings).toEqual([]);
});
