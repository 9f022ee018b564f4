import type { ServerResponse } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serverBundle } from "../lib/bundles.ts";
import { startTestPlatform, type TestPlatform, type TestProject } from "../lib/platform.ts";
import { StdioServer } from "../lib/stdio-server.ts";
import { type CallOutcome, call } from "./lib/contract.ts";
import { makeSmallRepository } from "./lib/repository.ts";
import { sendJson, startStandIn } from "./lib/stand-in.ts";

const unknownProject = "6f1f64a4-5d0e-4f0b-9a3e-0d2c8c8a7b11";

let file: string;
let platform: TestPlatform;
let project: TestProject;
beforeAll(async () => {
  [file, platform] = await Promise.all([serverBundle("platform-core"), startTestPlatform()]);
  await using repository = await makeSmallRepository();
  project = await platform.importRepository(repository.path, "errors");
});
afterAll(async () => {
  await platform?.[Symbol.asyncDispose]();
});

async function callOn(
  env: Readonly<Record<string, string>>,
  name = "list_branches",
  args: object = {},
): Promise<CallOutcome & { readonly stderr: string }> {
  const base = { PLATFORM_API_TOKEN: "plat_api_secret", PROJECT_ID: unknownProject };
  await using server = new StdioServer({ file, env: { ...base, ...env } });
  await server.initialize();
  const outcome = await call(server, name, args);
  expect(outcome.data).toBeUndefined();
  expect(outcome.text + server.stderr).not.toContain("plat_api_secret");
  return { ...outcome, stderr: server.stderr };
}

const withoutRequestId = (text: string) => text.replace(/\nRequest id: \S+$/, "");

describe("what the platform itself answers", () => {
  test("401: retrying cannot help", async () => {
    const { text, isError } = await callOn({ PLATFORM_API_URL: platform.url });
    expect(isError).toBe(true);
    expect(withoutRequestId(text)).toMatchInlineSnapshot(`
      "list_branches failed: 401 "unauthorized" (GET /api/projects/{project_id}/branches).
      The platform does not accept this session's token: it has expired, was revoked, or is not meant for this platform. Retrying cannot help; somebody must provide a new token."
    `);
  });

  test("401 for a token that has expired", async () => {
    const token = await platform.tokenFor({ scopes: ["project:read"], expiresInDays: -1 });
    const { text } = await callOn({ PLATFORM_API_URL: platform.url, PLATFORM_API_TOKEN: token });
    expect(text).toContain("Retrying cannot help; somebody must provide a new token.");
  });

  test("403 names the permission that is missing and who can grant it", async () => {
    const token = await platform.tokenFor({ scopes: ["agent:run"], project: project.id });
    const env = { PLATFORM_API_URL: platform.url, PLATFORM_API_TOKEN: token, PROJECT_ID: project.id };
    const { text } = await callOn(env);
    expect(withoutRequestId(text)).toMatchInlineSnapshot(`
      "list_branches failed: 403 "forbidden" (GET /api/projects/{project_id}/branches).
      This session lacks the permission project:read on this project (the token's scopes do not include it). Who can change that: its user, with a token whose scopes include it. Retrying cannot help."
    `);
  });

  test("404 names the list tool that shows what exists", async () => {
    const token = await platform.tokenFor({ scopes: ["project:read"] });
    const { text } = await callOn({ PLATFORM_API_URL: platform.url, PLATFORM_API_TOKEN: token });
    expect(withoutRequestId(text)).toMatchInlineSnapshot(`
      "list_branches failed: 404 "project" (GET /api/projects/{project_id}/branches).
      It does not exist, or this session may not see it. What exists: list_projects."
    `);
  });

  test("404 for a ref, a path and a directory, and 400 for a regular expression", async () => {
    const env = {
      PLATFORM_API_URL: platform.url,
      PLATFORM_API_TOKEN: await platform.tokenFor({ scopes: ["project:read"] }),
      PROJECT_ID: project.id,
    };
    const texts = [
      await callOn(env, "read_file", { path: "nowhere.txt" }),
      await callOn(env, "list_files", { path: "nowhere" }),
      await callOn(env, "list_commits", { ref: "nowhere" }),
      await callOn(env, "compare_refs", { base: "nowhere", head: "HEAD" }),
      await callOn(env, "search_code", { query: "(", regex: true }),
      await callOn(env, "read_file", { path: "package.json", from_line: 9, to_line: 3 }),
    ].map(({ text }) => withoutRequestId(text));
    expect(texts.join("\n\n")).toMatchInlineSnapshot(`
      "read_file failed: 404 "blob" (GET /api/projects/{project_id}/blob).
      It does not exist, or this session may not see it. What exists: list_branches, list_files.

      list_files failed: 404 "tree path" (GET /api/projects/{project_id}/tree).
      It does not exist, or this session may not see it. What exists: list_branches.

      list_commits failed: 404 "commit" (GET /api/projects/{project_id}/commits).
      It does not exist, or this session may not see it. What exists: list_branches.

      compare_refs failed: 404 "commit" (GET /api/projects/{project_id}/compare).
      It does not exist, or this session may not see it. What exists: list_branches, list_commits.

      search_code failed: 400 "q: is not a valid regular expression: Unmatched ( or \\\\(" (GET /api/projects/{project_id}/search).
      - "q": "is not a valid regular expression: Unmatched ( or \\\\("
      Correct the arguments and call again.

      read_file failed: 400 "to_line: must not be less than from_line" (GET /api/projects/{project_id}/blob).
      - "to_line": "must not be less than from_line"
      Correct the arguments and call again."
    `);
  });
});

describe("what only something else answers", () => {
  const cases: Readonly<Record<string, (response: ServerResponse) => void>> = {
    "409": (response) => sendJson(response, 409, { error: "the branch is being moved" }),
    "429 with Retry-After": (response) => sendJson(response, 429, { error: "rate limit" }, { "retry-after": "3600" }),
    "500": (response) => sendJson(response, 500, { error: "internal error" }),
    "503": (response) => response.writeHead(503, { "retry-after": "3600" }).end("upstream\x1b[31m is down"),
    "a web page with 200": (response) =>
      response
        .writeHead(200, { "content-type": "text/html" })
        .end("<!doctype html><title>Sign in</title><p>plat_api_secret"),
    "a redirect": (response) => response.writeHead(302, { location: "https://login.example/" }).end(),
    "JSON that is cut off": (response) =>
      response.writeHead(200, { "content-type": "application/json" }).end('[{"name":'),
    "a connection that breaks": (response) => response.destroy(),
  };

  test.each(Object.entries(cases))("%s", async (name, answer) => {
    await using standIn = await startStandIn(answer);
    const { text, isError } = await callOn({ PLATFORM_API_URL: standIn.url });
    expect(isError).toBe(true);
    expect(text).toMatch(/^list_branches failed: /);
    const shown = withoutRequestId(text).replaceAll(standIn.url, "URL");
    expect(shown).toMatchSnapshot(name);
  });

  test("nothing listens", async () => {
    const standIn = await startStandIn();
    await standIn[Symbol.asyncDispose]();
    const { text } = await callOn({ PLATFORM_API_URL: standIn.url });
    expect(text.replaceAll(standIn.url, "URL")).toMatchInlineSnapshot(
      `"list_branches failed: GET /api/projects/{project_id}/branches: cannot connect to URL: connection refused. Is the platform running, and PLATFORM_API_URL right? Nothing was sent. Tried 6 times. Try again in a while."`,
    );
  });
});

describe("a session that may do nothing", () => {
  test("still lists its tools, and each call says why it fails", async () => {
    await using server = new StdioServer({
      file,
      env: { PLATFORM_API_URL: platform.url, PLATFORM_API_TOKEN: "plat_api_revoked" },
    });
    await server.initialize();
    const { result } = await server.request("tools/list");
    expect(result?.tools).toHaveLength(8);
    expect((await call(server, "list_projects")).text).toContain("401");
  });
});
