import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { plainGit } from "../git/testing/plain-git.ts";
import { hostileText, prototypeKeys } from "../http/testing/hostile-values.ts";
import { startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";
import { branchProblem } from "./check-branch.ts";
import { SessionProject } from "./testing/session-project.ts";

let platform: TestPlatform;
let project: SessionProject;
let admin: string;
beforeAll(async () => {
  platform = await startTestPlatform();
  project = await SessionProject.create(platform, "admin", "the-project");
  admin = await platform.token({ user: "admin" });
});
afterAll(() => platform.close());

/** What a wish is answered with: 201, or which of its values are wrong. */
async function answerTo(wishes: Readonly<Record<string, unknown>>): Promise<unknown> {
  const { status, body } = await project.send("POST", "", admin, { prompt: "Mend it", ...wishes });
  if (status === 201) return 201;
  expect(status).toBe(400);
  return [...new Set(body.fields.map(({ path }: { path: string }) => path))];
}

describe("what a session is asked for with", () => {
  test.each<[path: string, wishes: Readonly<Record<string, unknown>>]>([
    ["prompt", { prompt: "" }],
    ["prompt", { prompt: "x".repeat(100_001) }],
    ["prompt", { prompt: "a\0b" }],
    ["prompt", { prompt: null }],
    ["provider", { provider: "another" }],
    ["delegate_deploy", { delegate_deploy: null }],
    ["delegate_observe", { delegate_observe: "true" }],
    ["deadline_minutes", { deadline_minutes: 0 }],
    ["deadline_minutes", { deadline_minutes: 1441 }],
    ["config", { config: null }],
    ["config", { config: "{}" }],
    ["config", { config: { rolle: "dev" } }],
    ["config.role", { config: { role: "root" } }],
    ["config.role", { config: { role: "DEV" } }],
    ["config.model", { config: { model: 7 } }],
    ["config.model", { config: { model: "--dangerously-skip-permissions" } }],
    ["config.model", { config: { model: "a b" } }],
    ["config.max_turns", { config: { max_turns: 0 } }],
    ["config.max_turns", { config: { max_turns: "5" } }],
    ["config.image", { config: { image: "" } }],
    ["config.image", { config: { image: "a b" } }],
    ["config.image", { config: { image: "$(id)" } }],
    ["config.image", { config: { image: "::" } }],
    ["config.image", { config: { image: "x".repeat(501) } }],
    ["config.setup_commands", { config: { setup_commands: Array.from({ length: 21 }, () => "true") } }],
    ["config.setup_commands.1", { config: { setup_commands: ["true", ""] } }],
    ["config.setup_commands.0", { config: { setup_commands: ["x".repeat(2001)] } }],
    ["config.setup_commands.0", { config: { setup_commands: ["a\0b"] } }],
    ["config.setup_commands", { config: { setup_commands: "npm ci" } }],
    ["branch", { branch: "" }],
    ["branch", { branch: "main" }],
    ["branch", { branch: "main/below" }],
    ["branch", { branch: "refs/heads/x" }],
    ["branch", { branch: "a".repeat(256) }],
  ])("is refused with the value that is wrong: %s", async (path, wishes) => {
    expect(await answerTo(wishes)).toEqual([path]);
  });

  test("may be all that there is, and nothing: null leaves a part of the configuration to its default", async () => {
    const config = {
      model: "claude-opus-4-5[1m]",
      max_turns: 10_000,
      role: "ui",
      image: "registry.example:5000/team/agent@sha256:0",
      setup_commands: Array.from({ length: 20 }, () => "é".repeat(2000)),
    };
    expect(await answerTo({ config, prompt: "𝄞".repeat(50_000), branch: "fix/ümläut", deadline_minutes: 1440 })).toBe(
      201,
    );
    const nothing = Object.fromEntries(Object.keys(config).map((key) => [key, null]));
    expect(await answerTo({ config: nothing })).toBe(201);
    expect(await answerTo({ config: { setup_commands: [] } })).toBe(201);
  });

  test("never breaks the platform, and is stored as it came", async () => {
    const text = fc.oneof(hostileText, fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }));
    const wishes = fc.record({
      prompt: text,
      branch: fc.option(text, { nil: undefined }),
      config: fc.dictionary(
        fc.constantFrom("model", "max_turns", "role", "image", "setup_commands", ...prototypeKeys),
        fc.oneof(text, fc.array(text, { maxLength: 3 }), fc.integer(), fc.constantFrom(null, "dev", "ops")),
        { maxKeys: 3 },
      ),
    });
    await fc.assert(
      fc.asyncProperty(wishes, async (asked) => {
        const { status, body } = await project.send("POST", "", admin, asked);
        expect([201, 400]).toContain(status);
        if (status === 400) {
          expect(body.error).toEqual(expect.any(String));
          return;
        }
        expect(body.prompt).toBe(asked.prompt);
        if (asked.branch !== undefined) expect(body.branch).toBe(asked.branch);
        const stored = platform.db.selectFrom("agent_sessions").where("id", "=", body.id).select("config");
        expect((await stored.executeTakeFirstOrThrow()).config).toEqual(asked.config);
      }),
      { numRuns: 60 },
    );
  });
});

const main = { default_branch: "main", allow_agent_push_to_default: false, allow_force_push_to_default: false };

describe("a branch", () => {
  test.each([
    ...["HEAD", "@", "-x", "--upload-pack=x", ".x", "x.", "x/", "/x", "a//b", "a/.b", "x.lock", "x.lock/y", "a..b"],
    ...["a b", "a\tb", "a\nb", "a\u00a0b", "\u2028a", "a~b", "a^b", "a:b", "a?b", "a*b", "a[b", "a\\b", "a@{b"],
    ...["a;b", "a|b", "$(a)", "`a`", "refs/heads/a", "refs/agent-wip/a", "0".repeat(40), `a/${"é".repeat(126)}`],
  ])("is not called %j", (name) => {
    expect(branchProblem(name, main)).toEqual(expect.any(String));
  });

  test.each(["x", "fix/42", "agent/0a1b2c3d", "ümläut", "a'b", 'a"b', "a&b", "a#b", "a%b", "a!b", "{a}", "(a)", "a@b"])(
    "can be called %j",
    (name) => {
      expect(branchProblem(name, main)).toBeUndefined();
    },
  );

  test("that is the default is for agents only where the project says so", async () => {
    expect(branchProblem("main", main)).toContain("default branch");
    expect(branchProblem("main", { ...main, allow_agent_push_to_default: true })).toBeUndefined();
  });

  test("cannot be a directory of another, nor lie below one", async () => {
    const { path } = platform.repositories.of(project.id);
    plainGit(path, "update-ref", "refs/heads/in/the/way", "main");
    for (const branch of ["in", "in/the", "in/the/way/too"]) expect(await answerTo({ branch })).toEqual(["branch"]);
    for (const branch of ["in/the/way", "in/the/wa", "in/other"]) expect(await answerTo({ branch })).toBe(201);
  });
});
