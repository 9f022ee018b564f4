import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type OpenDatabase, openDatabase } from "../db/open.ts";
import { SampleRepository } from "../git/testing/sample-repository.ts";
import { appendEvents, type NewEvent } from "../sessions/append-event.ts";
import { endSession, type SessionOutcome } from "../sessions/end-session.ts";
import { type CliPlatform, openCliPlatform, resultOf } from "./testing/cli-platform.ts";

// A process for each command, and other tests beside this one.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** The commands for sessions, beside a platform that serves and runs none: the tests do its work. */
let platform: CliPlatform;
let url: string;
let database: OpenDatabase;

const start: CliPlatform["start"] = (...command) => platform.start(...command);

beforeAll(async () => {
  platform = await openCliPlatform({ PLATFORM_MAX_SESSIONS: "0" });
  ({ url } = platform);
  const repository = new SampleRepository();
  repository.commit();
  expect(await run(["import", repository.path, "--name", "hello"])).toMatchObject({ code: 0 });
  repository.remove();
  database = await openDatabase({ url: undefined, dataDirectory: platform.data }, { mode: "guest" });
});
afterAll(async () => {
  await database?.close();
  await platform?.[Symbol.asyncDispose]();
});

async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return await resultOf(start(args, env));
}

const startSession = ["session", "start", "--project", "admin/hello"];

/** A session that has been started from the command line, in the place of which the test now acts. */
async function detached(...flags: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run([...startSession, ...flags, "--detach", "Improve the greeting"]);
  expect([code, stderr], stderr).toEqual([0, expect.stringMatching(/^session .* on admin\/hello, role /)]);
  return stdout.trim();
}

async function happens(id: string, ...events: readonly NewEvent[]): Promise<void> {
  await database.db.transaction().execute((db) => appendEvents(db, id, events));
}

async function ends(id: string, outcome: SessionOutcome): Promise<void> {
  await database.db.transaction().execute((db) => endSession(db, id, outcome));
}

const done: SessionOutcome = {
  status: "completed",
  reason: "exit",
  message: "It says hello now",
  turns: 3,
  costUsd: 0.02,
};

/** The tokens that commands have made and not removed. */
async function tokensLeft() {
  return await database.db.selectFrom("api_tokens").where("name", "like", "platform session%").selectAll().execute();
}

/** Resolves with what was printed once it holds a text. */
async function printed(stream: NodeJS.ReadableStream, wanted: string): Promise<string> {
  let seen = "";
  for await (const chunk of createInterface({ input: stream })) {
    seen += `${chunk}\n`;
    if (seen.includes(wanted)) return seen;
  }
  throw new Error(`it ended with ${seen}`);
}

describe.concurrent("a session", () => {
  test("is started and followed to its end, as the operator of the data directory and with no environment at all", async () => {
    const child = start([...startSession, "--setup", "npm ci", "--setup", "true", "-"]);
    child.stdin.end("Improve the greeting\nplease");
    const [, id = ""] =
      /^session (\S+) on admin\/hello, role dev: its work goes to agent\/\S+/.exec(
        await printed(child.stderr, "session "),
      ) ?? [];
    await happens(
      id,
      { kind: "text", message: "I \u001b[31mlook\u001b[0m first.\nThen I change it." },
      { kind: "tool_call", message: "Bash: npm test", metadata: { tool: "Bash" } },
      { kind: "tool_result", message: "Exit code 1", metadata: { is_error: true } },
    );
    await ends(id, done);
    const [stdout, [code]] = await Promise.all([text(child.stdout), once(child, "exit")]);
    expect(code).toBe(0);
    expect(stdout).toBe(
      "# Improve the greeting\n# please\n  I look first.\n  Then I change it.\n> Bash: npm test\n! Exit code 1\n" +
        "= It says hello now\n",
    );
    const row = database.db.selectFrom("agent_sessions").where("id", "=", id).select(["config", "deadline_minutes"]);
    expect(await row.executeTakeFirstOrThrow()).toEqual({
      config: { setup_commands: ["npm ci", "true"] },
      deadline_minutes: 120,
    });
  });

  test.for([
    ["failed", 1, "it broke", "! it broke\n"],
    ["stopped", 3, "Stop requested", "* Stop requested\n"],
  ] as const)("that %s ends the command with %i", async ([status, code, message, shown]) => {
    const id = await detached("--model", "opus", "--max-turns", "7", "--deadline", "300");
    await ends(id, { status, reason: status === "failed" ? "exit" : "stopped", message, exitCode: 4 });
    const followed = await run(["session", "follow", id.slice(0, 8)]);
    expect(followed).toMatchObject({ code, stdout: `# Improve the greeting\n${shown}` });
    expect(followed.stderr).toBe(`session ${id} ${status}\n`);
    const row = database.db.selectFrom("agent_sessions").where("id", "=", id).selectAll();
    expect(await row.executeTakeFirstOrThrow()).toMatchObject({
      config: { model: "opus", max_turns: 7 },
      deadline_minutes: 300,
      // Long after its deadline: what it was asked for with does not cut it short.
      expires_at: expect.toSatisfy((end: string) => Date.parse(end) > Date.now() + 30 * 3_600_000),
    });
  });

  test("goes on when whoever follows it presses Ctrl-C, and they are told how to see more", async () => {
    const child = start([...startSession, "Improve the greeting"]);
    const stderr = text(child.stderr);
    await printed(child.stdout, "# Improve the greeting");
    child.kill("SIGINT");
    const [code] = await once(child, "exit");
    expect(code).toBe(130);
    const [, id = ""] =
      /platform session follow ([0-9a-f]{8})\. To end it: platform session stop \1\n$/.exec(await stderr) ?? [];
    const row = database.db.selectFrom("agent_sessions").where("branch", "=", `agent/${id}`).select("status");
    expect(await row.executeTakeFirstOrThrow()).toEqual({ status: "pending" });
  });

  test("is listed, shown, and stopped", async () => {
    const id = await detached("--branch", "greeting", "--role", "ui");
    expect(await run(["session", "list", "--project", "admin/hello", "--limit", "50"])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        new RegExp(`^ID .*\\n(.*\\n)*${id.slice(0, 8)} +admin/hello +pending +ui +admin +greeting `),
      ),
    });
    const listed = JSON.parse((await run(["session", "list", "--json", "--limit", "50"])).stdout);
    expect(listed).toContainEqual(expect.objectContaining({ id, prompt: "Improve the greeting" }));
    const shown = await run(["session", "show", id]);
    expect(shown.stdout).toMatch(/^session: +[0-9a-f-]{36}\nproject: +admin\/hello\nstatus: +pending\nrole: +ui\n/);
    expect(shown.stdout).toContain("\nprompt:\n  Improve the greeting\n");
    expect((await run(["session", "stop", id])).stderr).toBe(`session ${id} is asked to end, and saves its work\n`);
    expect((await run(["session", "stop", id])).stderr).toBe(`session ${id} has ended: stopped\n`);
    expect(JSON.parse((await run(["session", "show", id.slice(0, 8), "--json"])).stdout)).toMatchObject({
      id,
      status: "stopped",
    });
    expect((await run(["session", "list", "--status", "stopped", "--limit", "50"])).stdout).toContain(id.slice(0, 8));
  });

  test("is told something, and followed as JSON from where one was", async () => {
    const id = await detached();
    expect(await run(["session", "say", id, "Also in French"])).toMatchObject({
      code: 0,
      stderr: `said to session ${id}\n`,
    });
    await ends(id, done);
    const { stdout, code } = await run(["session", "follow", id, "--after", "1", "--json"]);
    expect([
      code,
      stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ]).toMatchObject([
      0,
      [
        { number: 2, kind: "message", message: "Also in French" },
        { number: 3, kind: "completed" },
      ],
    ]);
    expect((await run(["session", "say", id, "too late"])).stderr).toBe("platform: session not running\n");
  });
});

/** What a command says that is refused, in one line. */
async function refused(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
  const { code, stdout, stderr } = await run(args, env);
  expect([code, stdout, stderr.trim().split("\n").length], stderr).toEqual([1, "", 1]);
  return stderr.trim();
}

describe.concurrent("a newcomer is told", () => {
  test("that no platform runs, and how to start one", async () => {
    const nothing = await mkdtemp(join(tmpdir(), "platform-nothing-"));
    expect(await refused(["session", "list", "--data", nothing])).toContain(
      "start it with platform start, or pnpm start",
    );
    await rm(nothing, { recursive: true });
    const elsewhere = { PLATFORM_API_URL: "http://127.0.0.1:9", PLATFORM_API_TOKEN: "plat_api_x" };
    expect(await refused(["session", "list"], elsewhere)).toContain("no platform answers at http://127.0.0.1:9");
    expect(await refused(["session", "list"], { PLATFORM_API_URL: url })).toContain("without PLATFORM_API_TOKEN");
  });

  test("which projects there are, when there is none of that name", async () => {
    const wrong = ["session", "start", "--project", "admin/helo", "x"];
    expect(await refused(wrong)).toBe(
      "platform: there is no project admin/helo that you may read. There are: admin/hello",
    );
    expect(await refused(["session", "show", "abcdef01"])).toContain("platform session list shows them");
  });

  test("what their token lacks, or that it is none", async () => {
    await run(["user", "create", "vera", "--role", "viewer"]);
    const PLATFORM_API_TOKEN = (await run(["token", "create", "--name", "x", "--user", "vera"])).stdout.trim();
    const env = { PLATFORM_API_URL: url, PLATFORM_API_TOKEN };
    expect((await run(["session", "list", "--project", "admin/hello"], env)).code).toBe(0);
    expect(await refused([...startSession, "x"], env)).toMatch(
      /^platform: the token of PLATFORM_API_TOKEN may not do this: agent:run is missing\. /,
    );
    expect(await refused([...startSession, "x"], { ...env, PLATFORM_API_TOKEN: "plat_api_x" })).toBe(
      `platform: the platform at ${url} does not know the token of PLATFORM_API_TOKEN`,
    );
  });

  test("which flag is wrong", async () => {
    for (const [flags, said] of [
      [["--role", "boss", "x"], "--role: "],
      [["--max-turns", "many", "x"], "--max-turns: "],
      [["--setup", "", "x"], "--setup: "],
      [[""], "PROMPT: "],
      [["--branch", "main", "x"], "branch: "],
    ] as const) {
      expect(await refused([...startSession, ...flags])).toContain(`platform: ${said}`);
    }
    expect(await refused(["session", "start", "x"])).toBe("platform: session start needs --project OWNER/NAME");
  });
});

test("the operator's tokens end with their commands, and the audit log has them", async () => {
  expect(await tokensLeft()).toEqual([]);
  const entries = await database.db
    .selectFrom("audit_log")
    .where("action", "=", "platform session start")
    .select(["actor_name", "resource", "after"])
    .execute();
  expect(entries).toContainEqual({
    actor_name: "operator",
    resource: "token",
    after: expect.objectContaining({ scopes: ["project:read", "project:write", "agent:run"] }),
  });
});
