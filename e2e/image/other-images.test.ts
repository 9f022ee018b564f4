import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withExampleRepository } from "../../scripts/lib/start/example-repository.ts";
import { startMessagesApi } from "../claude-code/messages-api.ts";
import { startTestPlatform, type TestPlatform, type TestProject } from "../lib/platform.ts";
import { readRunnerSession } from "../lib/runner-session.ts";
import { withClone, withVolume } from "./clone.ts";
import { engine, image, otherImages, runContainer } from "./container.ts";

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

/** A volume with the runner's image's /opt/agent, copied as a pod's init container does it: as uid 1000. */
async function withTree<T>(use: (volume: string) => Promise<T>): Promise<T> {
  return await withVolume(async (volume) => {
    const own = ["run", "--rm", "--user=0", "--network=host", "--volume", `${volume}:/target`, "--entrypoint", "chown"];
    await engine([...own, image, "1000:1000", "/target"]);
    const { code, stderr } = await runContainer(["-a", "/opt/agent/.", "/target/"], {
      entrypoint: "cp",
      options: ["--volume", `${volume}:/target`],
    });
    expect(code, stderr).toBe(0);
    return await use(volume);
  });
}

/** Runs a session whose agent runs these commands, in an image that knows nothing of agents; what its branch then has. */
async function sessionIn(other: string, session: string, commands: readonly string[]) {
  const turns = [
    ...commands.map((command) => ({ use: [{ tool: "Bash", input: { command, description: "work" } }] })),
    { use: [{ tool: "mcp__platform-core__get_project", input: {} }] },
    { say: "done" },
  ];
  const api = await startMessagesApi(turns);
  const end = await withTree((tree) =>
    withClone({ platform, token, path: "admin/hello-web" }, (clone) =>
      runContainer(["--max-turns", "9", "--", "do it"], {
        image: other,
        entrypoint: "/opt/agent/bin/agent-entrypoint",
        options: [
          ...["--user=1000:1000", "--workdir=/workspace"],
          ...["--volume", `${clone}:/workspace`, "--volume", `${tree}:/opt/agent:ro`],
        ],
        env: {
          HOME: "/home/agent",
          ANTHROPIC_BASE_URL: api.url,
          ANTHROPIC_API_KEY: "not-a-real-key",
          CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
          PLATFORM_API_URL: platform.url,
          PLATFORM_API_TOKEN: token,
          PROJECT_ID: project.id,
          SESSION_ID: session,
        },
      }),
    ),
  ).finally(() => api.close());
  expect(end.code, end.stderr).toBe(0);
  const results = api.requests.flatMap(({ toolResults }) => toolResults.map(({ text }) => text));
  return { ...readRunnerSession(end), results, printed: end.stdout + end.stderr };
}

async function fileOf(session: string, path: string): Promise<string> {
  const url = `${platform.url}/api/projects/${project.id}/blob?ref=agent/${session}&path=${path}`;
  const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  const { content } = JSON.parse(await answer.text());
  return content;
}

const connected = ["platform-core connected", "platform-issues connected", "platform-pipeline connected"];

describe("a session in an image that only got a copy of /opt/agent", () => {
  test("Python on Debian without git and Node: its own programs with its libraries, ours without them", async () => {
    const { servers, result, results, printed } = await sessionIn(otherImages.python, "python", [
      "python3 -c 'print(6 * 7)' > answer.txt; node -p process.execPath >> answer.txt",
      'echo "$LD_PRELOAD $LD_LIBRARY_PATH" >> answer.txt; grep -c jemalloc /proc/self/maps',
      "grep -c jemalloc /proc/$PPID/maps; node -p '!/jemalloc/.test(fs.readFileSync(\"/proc/self/maps\"))'",
      "git add --all && git commit --quiet --message mine && git log -1 --format=%an",
    ]);
    expect(servers).toEqual(connected);
    expect(result).toMatchObject({ saved: true, pushed: [{ branch: "agent/python" }] });
    expect(await fileOf("python", "answer.txt")).toBe("42\n/opt/agent/libexec/node\nlibjemalloc.so.2 /opt/own/lib\n");
    expect(Number(results[1])).toBeGreaterThan(0);
    expect(results[2]).toMatch(/^0\ntrue/);
    expect(results[3]).toContain("agent");
    expect(printed).not.toContain(token);
  });

  test("an older C library, and a git that is too old for a session: the agent pushes with ours", async () => {
    const { servers, result, results } = await sessionIn(otherImages.older, "older", [
      "/usr/bin/git --version; git --version; ldd --version | head -1",
      "id -u > uid.txt; git add --all && git commit --quiet --message mine && git push --quiet origin HEAD:agent/older",
    ]);
    expect(servers).toEqual(connected);
    expect(results[0]).toMatch(/git version 2\.30\..*\ngit version 2\.(?:39|[4-9]\d)\..*\n.*2\.31/);
    expect(result).toMatchObject({ saved: true, committed: false, problems: [] });
    expect(await fileOf("older", "uid.txt")).toBe("1000\n");
  });

  test("no glibc, and no shell but BusyBox's", async () => {
    const { servers, result, results } = await sessionIn(otherImages.musl, "musl", [
      'ls /lib; echo "bash $BASH_VERSION"; sh -c "echo $0"; env | grep -c ^LD_',
      "id -u > uid.txt; git status --short",
    ]);
    expect(servers).toEqual(connected);
    expect(results[0]).toMatch(/ld-musl-/);
    expect(results[1]).toContain("uid.txt");
    expect(result).toMatchObject({ saved: true, pushed: [{ branch: "agent/musl" }] });
    expect(await fileOf("musl", "uid.txt")).toBe("1000\n");
  });
});
