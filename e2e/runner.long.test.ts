import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { build } from "../scripts/lib/build/build.ts";
import { serverBundle } from "./lib/bundles.ts";
import { startTestPlatform, type TestPlatform, type TestProject } from "./lib/platform.ts";
import { runProgram } from "./lib/run-program.ts";

let directory: string;
let runner: string;
/** Holds the core server alone, whatever others there are. */
let servers: string;
let platform: TestPlatform;
let project: TestProject;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "runner-"));
  const { outDir } = await build();
  runner = join(outDir, "runner.js");
  servers = join(directory, "servers");
  await mkdir(servers);
  await copyFile(await serverBundle("platform-core"), join(servers, "platform-core.js"));
  platform = await startTestPlatform();
  project = await platform.importRepository(await repository(), "hello");
});
afterAll(async () => {
  await platform?.close();
  await rm(directory, { recursive: true, force: true });
});

async function repository(): Promise<string> {
  const path = join(directory, "hello");
  await mkdir(path);
  await writeFile(join(path, "README.md"), "hello\n");
  const identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgSign=false"];
  const env = { PATH: process.env.PATH, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" };
  const git = (...args: string[]) => promisify(execFile)("git", ["-C", path, ...identity, ...args], { env });
  await git("init", "-q", "-b", "main");
  await git("add", ".");
  await git("commit", "-q", "-m", "first");
  return path;
}

function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return runProgram(runner, args, { env: { PATH: process.env.PATH ?? "", ...env } });
}

/** Examines the servers of role dev with a token of these scopes. */
async function doctor(env: Readonly<Record<string, string>>, ...args: string[]) {
  const placed = ["--servers", servers, "--node", process.execPath, "--allow-missing", ...args];
  return await run(["doctor", ...placed], { PLATFORM_API_URL: platform.url, ...env });
}

describe("runner config", () => {
  test("prints the configuration of the role, with references in place of what it was given", async () => {
    const env = { AGENT_ROLE: "ui", PLATFORM_API_TOKEN: "a-secret-token", PLATFORM_API_URL: platform.url };
    const { code, stdout, stderr } = await run(["config", "--servers", servers, "--allow-missing"], env);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "runner: not in this build: platform-issues\n" });
    const { mcpServers } = JSON.parse(stdout);
    expect(Object.keys(mcpServers)).toEqual(["platform-core"]);
    expect(mcpServers["platform-core"]).toMatchObject({
      type: "stdio",
      command: "node",
      args: [join(servers, "platform-core.js")],
      alwaysLoad: true,
    });
    expect(stdout).not.toContain("a-secret-token");
    expect(stdout).not.toContain(platform.url);
  });

  test("finds the servers beside itself", async () => {
    const { code, stdout } = await run(["config", "--allow-missing"]);
    expect(code).toBe(0);
    expect(stdout).toContain(join(runner, "../servers/platform-core.js"));
  });

  test("takes roles from PLATFORM_ROLES_FILE", async () => {
    const file = join(directory, "roles.json");
    await writeFile(file, JSON.stringify({ reader: { servers: ["core"], defaults: { PLATFORM_READ_ONLY: "1" } } }));
    const { code, stdout } = await run(["config", "--role", "reader", "--servers", servers], {
      PLATFORM_ROLES_FILE: file,
    });
    expect(code).toBe(0);
    expect(stdout).toContain(`\${PLATFORM_READ_ONLY:-1}`);
  });
});

describe("a command line that is wrong is one clear line", () => {
  test.each<[string, readonly string[], number, RegExp]>([
    ["no command", [], 64, /^runner: which command\? run, clone, config or doctor; see --help$/],
    ["an unknown command", ["walk"], 64, /^runner: no command "walk"; see --help$/],
    ["an unknown option", ["config", "--rolle", "dev"], 64, /^runner: Unknown option '--rolle'.* See --help\.$/],
    ["an argument too many", ["config", "dev"], 64, /^runner: unexpected argument "dev"; see --help$/],
    ["an option of the other command", ["config", "--json"], 64, /^runner: --json is an option of doctor/],
    ["an unknown role", ["config", "--role", "dv"], 64, /^runner: there is no role "dv"; the roles are dev, ops,/],
    [
      "a directory without servers",
      ["config", "--servers", "/nowhere"],
      78,
      /^runner: missing: \/nowhere\/platform-core/,
    ],
    ["the same for doctor", ["doctor", "--servers", "/nowhere"], 78, /^runner: missing: \/nowhere\/platform-core\.js/],
  ])("%s", async (_, args, code, line) => {
    const result = await run(args);
    expect(result).toMatchObject({ code, stdout: "" });
    expect(result.stderr.trimEnd()).toMatch(line);
  });

  test("--help is on stdout", async () => {
    const { code, stdout } = await run(["--help"]);
    expect(code).toBe(0);
    expect(stdout).toContain("runner doctor");
  });
});

describe("runner doctor", () => {
  test("finds a server that works ready; variables that are not set do it no harm", async () => {
    const token = await platform.tokenFor({ scopes: ["project:read"], project: project.id });
    const env = { PLATFORM_API_TOKEN: token, PROJECT_ID: project.id };
    const { code, stdout, stderr } = await doctor(env, "--json");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ role: "dev", servers_dir: servers, ok: true });
    expect(report.servers.map(({ name, state }: { name: string; state: string }) => `${name} ${state}`)).toEqual([
      "platform-core ok",
      "platform-pipeline absent",
      "platform-issues absent",
    ]);
    const [core] = report.servers;
    expect(core).toMatchObject({
      serving: { protocol: "2026-07-28" },
      access: { platform: true, token: true, project: true },
      problems: [],
    });
    expect(core.serving.tools).toBe(core.access.tools.length);
    expect(core.serving.tokens).toBeGreaterThan(20 * core.serving.tools);
    expect(stdout).not.toContain(token);

    const table = await doctor(env);
    expect(table.code).toBe(0);
    expect(table.stdout).toMatch(/^platform-core +ok +\d+ +\d+ +\d+ ms +2026-07-28 +ok +ok +ok +ok$/m);
    expect(table.stdout).toMatch(/^read_file +platform-core +project:read +ok$/m);
    expect(table.stdout).toMatch(/^role dev is ready: servers 1 ok, 2 not in this build; /m);
  });

  test("a token that the platform does not know", async () => {
    const { code, stdout } = await doctor({ PLATFORM_API_TOKEN: "unknown-token" });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^platform-core +failing .* ok +FAIL +- +-$/m);
    expect(stdout).toMatch(/^platform-core: token: .*\n {2}-> set PLATFORM_API_TOKEN/m);
    expect(stdout).not.toContain("unknown-token");
  });

  test("a project that is not there", async () => {
    const token = await platform.tokenFor({ scopes: ["project:read"] });
    const env = { PLATFORM_API_TOKEN: token, PROJECT_ID: "00000000-0000-4000-8000-000000000000" };
    const { code, stdout } = await doctor(env);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^platform-core: project: .*\n {2}-> set PROJECT_ID to a project/m);
  });

  test("a token that does not reach for a tool names the tool and the permission", async () => {
    const token = await platform.tokenFor({ scopes: ["issue:read"], project: project.id });
    const { code, stdout } = await doctor({ PLATFORM_API_TOKEN: token, PROJECT_ID: project.id });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^platform-core +failing .* 0 of \d+$/m);
    expect(stdout).toMatch(
      /^platform-core: list_files: the token lacks project:read\n {2}-> use a token with that scope/m,
    );
  });

  test("no token at all", async () => {
    const { code, stdout } = await doctor({});
    expect(code).toBe(1);
    expect(stdout).toMatch(/^platform-core: ended with exit code 2: PLATFORM_API_TOKEN is not set/m);
  });

  test("something else where the platform should be", async () => {
    const other = createServer((_request, response) => response.writeHead(404).end("nothing here"));
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const address = other.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const env = { PLATFORM_API_TOKEN: "token", PLATFORM_API_URL: `http://127.0.0.1:${port}` };
    const { code, stdout } = await doctor(env);
    other.close();
    expect(code).toBe(1);
    expect(stdout).toMatch(/^platform-core +failing .* FAIL +- +- +-$/m);
    expect(stdout).toMatch(/^platform-core: platform: .*\n {2}-> start the platform, or set PLATFORM_API_URL/m);
  });
});
