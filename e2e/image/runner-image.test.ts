import { afterAll, beforeAll, expect, test } from "vitest";
import { readVersion } from "../../scripts/lib/build/version.ts";
import { withExampleRepository } from "../../scripts/lib/start/example-repository.ts";
import { startMessagesApi } from "../claude-code/messages-api.ts";
import { startTestPlatform, type TestPlatform, type TestProject } from "../lib/platform.ts";
import { readRunnerSession } from "../lib/runner-session.ts";
import { withClone } from "./clone.ts";
import { engine, image, runContainer } from "./container.ts";

let platform: TestPlatform;
let project: TestProject;
let token: string;

beforeAll(async () => {
  platform = await startTestPlatform();
  project = await withExampleRepository((path) => platform.importRepository(path, "hello-web"));
  token = await platform.tokenFor({ scopes: ["project:read", "project:write"], project: project.id });
});
afterAll(async () => {
  await platform?.close();
});

test("it says what it is, and runs as nobody special", async () => {
  const { version, commit } = await readVersion();
  const { stdout } = await engine(["inspect", "--format", "{{json .Config}}", image]);
  const { Labels, User, Env } = JSON.parse(stdout);
  expect(Labels).toMatchObject({
    "org.opencontainers.image.version": version,
    "org.opencontainers.image.revision": commit,
  });
  expect(User).toBe("1000:1000");
  expect(Env.join()).not.toMatch(/TOKEN|KEY=|SECRET/);
});

test("an unknown role or a missing token: one line and its exit code, before Claude Code starts", async () => {
  const role = await runContainer(["--", "hello"], { env: { AGENT_ROLE: "boss", PLATFORM_API_TOKEN: "x" } });
  expect([role.code, role.stdout]).toEqual([64, ""]);
  expect(role.stderr).toMatch(/^runner: there is no role "boss"; the roles are dev, ops, admin, ui\n$/);
  const bare = await runContainer(["--", "hello"]);
  expect([bare.code, bare.stdout]).toEqual([78, ""]);
});

test("compiled code is there for the user it runs as", async () => {
  const { stdout } = await runContainer(["-c", "find /opt/agent/cache -type f -user agent | wc -l"], {
    entrypoint: "sh",
  });
  expect(Number(stdout)).toBeGreaterThan(3);
});

test("a session as in a pod: servers of the role, work pushed, with a read-only root and no privileges", async () => {
  const turns = [
    { use: [{ tool: "Bash", input: { command: "id -u > uid.txt", description: "work" } }] },
    { use: [{ tool: "mcp__platform-core__get_project", input: {} }] },
    { say: "done" },
  ];
  const api = await startMessagesApi(turns);
  const end = await withClone({ platform, token, path: "admin/hello-web" }, (volume) =>
    runContainer(["--max-turns", "9", "--", "--do it"], {
      options: ["--volume", `${volume}:/workspace`],
      env: {
        ANTHROPIC_BASE_URL: api.url,
        ANTHROPIC_API_KEY: "not-a-real-key",
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
        PLATFORM_API_URL: platform.url,
        PLATFORM_API_TOKEN: token,
        PROJECT_ID: project.id,
        SESSION_ID: "pod-1",
      },
    }),
  ).finally(() => api.close());
  expect(end.code, end.stderr).toBe(0);
  const { servers, result } = readRunnerSession(end);
  expect(servers).toEqual(["platform-core connected", "platform-issues connected", "platform-pipeline connected"]);
  expect(api.requests[2]?.toolResults[0]?.text).toContain("name: hello-web");
  expect(result).toMatchObject({
    saved: true,
    pushed: [{ branch: "agent/pod-1" }],
  });
  const file = `${platform.url}/api/projects/${project.id}/blob?ref=agent/pod-1&path=uid.txt`;
  const answer = await fetch(file, { headers: { authorization: `Bearer ${token}` } });
  expect(await answer.json()).toMatchObject({ content: "1000\n" });
  expect(end.stdout + end.stderr).not.toContain(token);
});
