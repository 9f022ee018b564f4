import type { ServerResponse } from "node:http";
import { expect, test } from "vitest";
import { projects, system } from "../contract/index.ts";
import { collect, facts, failureOf, testClient, testToken } from "../testing/client.ts";
import { sendJson, startHttpServer } from "../testing/http-server.ts";

const html = { "content-type": "text/html; charset=utf-8" };
const json = { "content-type": "application/json" };

/** Calls against a server that gives one answer; how often it was asked, and how the call failed. */
async function failWith(answer: (response: ServerResponse) => void, options: { maxJsonBytes?: number } = {}) {
  await using server = await startHttpServer(answer);
  await using client = testClient(server.url, options);
  const read = facts(await failureOf(client.call(projects.listProjects, {})), server.url);
  const asked = server.seen.length;
  const write = facts(await failureOf(client.call(projects.createProject, { body: { name: "demo" } })), server.url);
  expect([asked, server.seen.length]).toEqual([1, 2]);
  expect([read.name, write.name]).toEqual(Array(2).fill("UnexpectedAnswerError"));
  return { read: read.message, write: write.message, outcomes: [read.outcome, write.outcome] };
}

test("a web page with 200 is named with its title", async () => {
  const page = `<!DOCTYPE html><html><head><title>Sign in \u202e\u001b[31m&mdash; ${testToken}\n</title></head></html>`;
  expect(await failWith((response) => response.writeHead(200, html).end(page))).toMatchInlineSnapshot(`
    {
      "outcomes": [
        "answered",
        "unknown",
      ],
      "read": "GET /api/projects answered 200 with a web page titled "Sign in &mdash; [token]" instead of data: a proxy's page, a login page, or a platform without this endpoint. Is PLATFORM_API_URL right?",
      "write": "POST /api/projects answered 200 with a web page titled "Sign in &mdash; [token]" instead of data: a proxy's page, a login page, or a platform without this endpoint. Is PLATFORM_API_URL right? It is unknown whether it was carried out: check before trying again.",
    }
  `);
});

test("a web page is one by its beginning, too", async () => {
  const failure = await failWith((response) => response.writeHead(200, json).end("\n <html lang=en><body>Hi"));
  expect(failure.read).toContain("answered 200 with a web page instead of data");
});

test("JSON that is cut off", async () => {
  expect(await failWith((response) => response.writeHead(200, json).end('{"items":[{"id":"x'))).toMatchInlineSnapshot(`
    {
      "outcomes": [
        "answered",
        "answered",
      ],
      "read": "GET /api/projects answered 200 with JSON that is cut off in the middle.",
      "write": "POST /api/projects answered 200 with JSON that is cut off in the middle. It was carried out (200): do not repeat it, look at the result.",
    }
  `);
});

test("what is not JSON", async () => {
  const failure = await failWith((response) => response.writeHead(200, { "content-type": "text/csv" }).end("a,b\n1,2"));
  expect(failure).toMatchInlineSnapshot(`
    {
      "outcomes": [
        "answered",
        "unknown",
      ],
      "read": "GET /api/projects answered 200 with something that is not JSON (text/csv).",
      "write": "POST /api/projects answered 200 with something that is not JSON (text/csv). It is unknown whether it was carried out: check before trying again.",
    }
  `);
});

test("an unasked compression", async () => {
  const failure = await failWith((response) => response.writeHead(200, { ...json, "content-encoding": "br" }).end("x"));
  expect(failure.read).toBe("GET /api/projects answered 200 with the content encoding br, which was not asked for.");
});

test("JSON above the limit is not read, with a declared length and without", async () => {
  const large = JSON.stringify({ items: ["x".repeat(100_000)] });
  const declared = await failWith((response) => sendJson(response, 200, large), { maxJsonBytes: 1000 });
  const streamed = await failWith(
    (response) => {
      response.writeHead(200, json).write(large.slice(0, 50_000));
      response.end(large.slice(50_000));
    },
    { maxJsonBytes: 1000 },
  );
  expect(streamed).toEqual(declared);
  expect(declared).toMatchInlineSnapshot(`
    {
      "outcomes": [
        "answered",
        "answered",
      ],
      "read": "GET /api/projects answered 200 with more than 1000 bytes of JSON, which is not read. Ask for less.",
      "write": "POST /api/projects answered 200 with more than 1000 bytes of JSON, which is not read. Ask for less. It was carried out (200): do not repeat it, look at the result.",
    }
  `);
});

test("a redirect is not followed, and the token goes nowhere", async () => {
  await using elsewhere = await startHttpServer((response) => sendJson(response, 200, {}));
  const location = `${elsewhere.url}/login?next=${testToken}`;
  const failure = await failWith((response) => response.writeHead(302, { location }).end());
  expect(elsewhere.seen).toHaveLength(0);
  const { host } = new URL(elsewhere.url);
  expect(JSON.parse(JSON.stringify(failure).replaceAll(host, "ELSEWHERE"))).toMatchInlineSnapshot(`
    {
      "outcomes": [
        "answered",
        "unknown",
      ],
      "read": "GET /api/projects answered 302 with a redirect to ELSEWHERE, which is not followed. Is PLATFORM_API_URL right, and is this a login page?",
      "write": "POST /api/projects answered 302 with a redirect to ELSEWHERE, which is not followed. Is PLATFORM_API_URL right, and is this a login page? It is unknown whether it was carried out: check before trying again.",
    }
  `);
});

test.each([
  ["http://user:secret@[bad", ""],
  ["/api/projects/", " to HOST"],
  ["javascript:alert(1)", " to javascript:"],
])("a redirect to %j", async (location, shown) => {
  await using server = await startHttpServer((response) => response.writeHead(307, { location }).end());
  await using client = testClient(server.url);
  const { message } = facts(await failureOf(client.call(projects.listProjects, {})), new URL(server.url).host);
  expect(message.replaceAll("URL,", "HOST,")).toContain(`answered 307 with a redirect${shown}, which is not followed`);
});

test("204 and an empty body are no data, and no fault", async () => {
  const warnings: string[] = [];
  await using server = await startHttpServer((response, _, count) => response.writeHead(count === 1 ? 204 : 200).end());
  await using client = testClient(server.url, { warn: (line) => warnings.push(line) });
  expect(await client.call(projects.deleteProject, { project_id: "p" })).toBeNull();
  expect(await client.call(projects.deleteProject, { project_id: "p" })).toBeNull();
  expect(warnings).toEqual([]);
});

test("a web page in the place of text is one; text that looks like a page is text", async () => {
  await using server = await startHttpServer((response, _, count) =>
    response.writeHead(200, count === 1 ? html : { "content-type": "text/plain" }).end("<html><title>Home</title>"),
  );
  await using client = testClient(server.url);
  const { message } = facts(await failureOf(client.call(system.healthz, {})), server.url);
  expect(message).toContain('GET /healthz answered 200 with a web page titled "Home" instead of data');
  expect(await collect(await client.call(system.healthz, {}))).toBe("<html><title>Home</title>");
});
