import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { claudeBinary } from "./install.ts";
import { startMessagesApi, type TurnSource } from "./messages-api.ts";
import { type ClaudeOptions, runClaude } from "./run-claude.ts";

let binary = "";
let cwd = "";
let mcpConfig = "";

beforeAll(async () => {
  binary = await claudeBinary();
  cwd = await mkdtemp(join(tmpdir(), "claude-cwd-"));
  mcpConfig = join(cwd, "mcp.json");
  const echo = { command: process.execPath, args: [join(import.meta.dirname, "echo-server.ts")] };
  await writeFile(mcpConfig, JSON.stringify({ mcpServers: { echo } }));
}, 600_000);

afterAll(() => rm(cwd, { recursive: true, force: true }));

async function startApi(turns: readonly TurnSource[]) {
  const api = await startMessagesApi(turns);
  onTestFinished(() => api.close());
  return api;
}

function run(apiUrl: string, options: Partial<ClaudeOptions> = {}) {
  return runClaude({ binary, prompt: "Go.", mcpConfig, apiUrl, cwd, allowedTools: ["mcp__echo"], ...options });
}

describe("Claude Code against the scripted Messages API", () => {
  test("calls of one turn reach the server, and their answers come back in the next request", async () => {
    const text = `${"several pieces of ünïcode 🚀 ".repeat(5)}\n"quoted"`;
    const api = await startApi([
      {
        say: "First I ask twice.",
        use: [
          { tool: "mcp__echo__echo", input: { text } },
          { tool: "mcp__echo__echo", input: { text: "second" } },
        ],
      },
      ({ toolResults }) => ({
        use: [{ tool: "mcp__echo__echo", input: { text: `I was told: ${toolResults[1]?.text}` } }],
      }),
      { say: "Done." },
    ]);

    const { exitCode, events } = await run(api.url);

    expect(events.at(-1)).toMatchObject({ type: "result", subtype: "success", result: "Done." });
    expect(exitCode).toBe(0);
    expect(api.requests.map(({ toolResults }) => toolResults.map((result) => result.text))).toEqual([
      [],
      [`heard ${text}`, "heard second"],
      ["heard I was told: heard second"],
    ]);
    expect(api.requests[0]?.toolNames).toContain("mcp__echo__echo");
    expect(api.requests[0]?.systemText).toContain("Ask echo to hear yourself.");
  });

  test("a server's error is marked as one", async () => {
    const api = await startApi([{ use: [{ tool: "mcp__echo__echo", input: {} }] }, { say: "Done." }]);

    await run(api.url);

    expect(api.requests[1]?.toolResults).toEqual([{ toolUseId: "toolu_0_0", text: "nothing to echo", isError: true }]);
  });

  test("with tool search the model is offered names, and a definition once it has looked it up", async () => {
    const api = await startApi([
      { use: [{ tool: "ToolSearch", input: { query: "select:mcp__echo__echo" } }] },
      { use: [{ tool: "mcp__echo__echo", input: { text: "found" } }] },
      { say: "Done." },
    ]);

    const { exitCode } = await run(api.url, { toolSearch: true });

    expect(exitCode).toBe(0);
    const [first, second, third] = api.requests;
    expect(first?.toolNames).toContain("ToolSearch");
    expect(first?.toolNames).not.toContain("mcp__echo__echo");
    expect(first?.systemText.split("\n")).toContain("mcp__echo__echo");
    expect(first?.systemText).not.toContain("Says back what it is told.");
    expect(second?.toolNames).toContain("mcp__echo__echo");
    expect(third?.toolResults.map((result) => result.text)).toEqual(["heard found"]);
  });

  test("a conversation longer than its script fails", async () => {
    const api = await startApi([{ use: [{ tool: "mcp__echo__echo", input: { text: "once" } }] }]);

    const { exitCode, events } = await run(api.url);

    expect(exitCode).toBe(1);
    expect(JSON.stringify(events.at(-1))).toContain("the script has 1 turns, and turn 2 was asked for");
  });

  test("a session that does not end is killed at its deadline", async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => silent.closeAllConnections());
    onTestFinished(() => void silent.close());
    const address = silent.address();
    const port = typeof address === "object" ? address?.port : undefined;

    await expect(run(`http://127.0.0.1:${port}`, { deadlineMs: 2000 })).rejects.toThrow("not done after 2000 ms");
  });
});

describe("the Messages API's other forms", () => {
  function post(url: string, body: unknown, headers: Record<string, string> = { "x-api-key": "any" }) {
    return fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  }
  const question = { model: "any-model", max_tokens: 10, messages: [{ role: "user", content: "Go." }] };

  test("without stream the answer is one JSON object", async () => {
    const api = await startApi([{ use: [{ tool: "echo", input: { text: "hi" } }] }]);

    const response = await post(`${api.url}/v1/messages?beta=true`, question);

    expect(await response.json()).toMatchObject({
      role: "assistant",
      model: "any-model",
      stop_reason: "tool_use",
      content: [{ type: "tool_use", name: "echo", input: { text: "hi" } }],
    });
  });

  test("counting tokens takes no turn of the script", async () => {
    const api = await startApi([]);

    const response = await post(`${api.url}/v1/messages/count_tokens`, question);

    expect(await response.json()).toEqual({ input_tokens: expect.any(Number) });
    expect(api.requests).toEqual([]);
  });

  test.each([
    ["no key", "/v1/messages", question, {}, 401, "authentication_error"],
    ["no messages", "/v1/messages", {}, undefined, 400, "invalid_request_error"],
    ["another path", "/v1/models", question, undefined, 404, "not_found_error"],
  ])("%s is refused in the API's own form", async (_case, path, body, headers, status, type) => {
    const api = await startApi([{ say: "never" }]);

    const response = await post(`${api.url}${path}`, body, headers);

    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ type: "error", error: { type, message: expect.any(String) } });
  });
});
