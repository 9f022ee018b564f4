import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serverBundle } from "../lib/bundles.ts";
import { startTestPlatform, type TestPlatform, type TestProject } from "../lib/platform.ts";
import { runProgram } from "../lib/run-program.ts";
import { StdioServer } from "../lib/stdio-server.ts";
import { call } from "./lib/contract.ts";
import { makeSmallRepository } from "./lib/repository.ts";

const nobody = "6f1f64a4-5d0e-4f0b-9a3e-0d2c8c8a7b11";
const name = "platform-core.js";

let directory: string;
let platform: TestPlatform;
let project: TestProject;
let token: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "alone-"));
  await mkdir(join(directory, "module/below"), { recursive: true });
  await writeFile(join(directory, "module/package.json"), '{"type":"module"}');
  const bundle = await serverBundle("platform-core");
  await copyFile(bundle, join(directory, name));
  await copyFile(bundle, join(directory, "module/below", name));
  await using repository = await makeSmallRepository();
  platform = await startTestPlatform();
  project = await platform.importRepository(repository.path, "alone");
  token = await platform.tokenFor({ scopes: ["project:read"], project: project.id });
});
afterAll(async () => {
  await platform?.[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

const session = () => ({ PLATFORM_API_URL: platform.url, PLATFORM_API_TOKEN: token, PROJECT_ID: project.id });

describe.each(["", "module/below"])("copied alone into an empty directory (%s)", (below) => {
  const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}, input?: string) =>
    runProgram(name, args, { env, cwd: join(directory, below), ...(input === undefined ? {} : { input }) });

  test("--help and --version need no environment", async () => {
    const help = await run(["--help"]);
    expect(help).toMatchObject({ code: 0, stderr: "" });
    expect(help.stdout).toMatch(/^platform-core: [\s\S]*PLATFORM_API_TOKEN[\s\S]*read_file/);
    expect(await run(["--version"])).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^platform-core \d+\.\d+\.\d+\S* \(\w+\)\n$/),
      stderr: "",
    });
  });

  test("--list-tools needs none either", async () => {
    const text = await run(["--list-tools"]);
    expect(text).toMatchObject({ code: 0, stderr: "" });
    expect(text.stdout.trimEnd().split("\n")).toHaveLength(8);
    expect(text.stdout).toMatch(/^read_file +read +project:read +Read file$/m);
    const json = await run(["--list-tools", "--json"], { PROJECT_ID: nobody, PLATFORM_TOOLS_DENY: "search_code" });
    expect(json).toMatchObject({ code: 0, stderr: "" });
    const listed = JSON.parse(json.stdout);
    expect(listed).toMatchObject({ server: "platform-core", version: expect.any(String), commit: expect.any(String) });
    expect(listed.tools).toHaveLength(7);
    expect(listed.tools[0]).toMatchObject({ name: "get_project", risk: "read", permissions: ["project:read"] });
  });

  test("--check says whether it can work", async () => {
    const good = await run(["--check"], session());
    expect(good).toMatchObject({ code: 0, stderr: "" });
    expect(good.stdout).toMatch(/^ok {3}platform[\s\S]*\nok {3}token[\s\S]*\nok {3}project +alone\n[\s\S]*\nready\n$/);
    const json = await run(["--check", "--json"], session());
    expect(JSON.parse(json.stdout)).toMatchObject({ ok: true, steps: [{ ok: true }, { ok: true }, { ok: true }] });
  });

  test("it serves with nothing but a project and a token", async () => {
    const env = { PROJECT_ID: nobody, PLATFORM_API_TOKEN: "token" };
    await using server = new StdioServer({ file: join(directory, below, name), env, cwd: join(directory, below) });
    await server.initialize();
    expect((await server.request("tools/list")).result?.tools).toHaveLength(8);
    expect(server.stderr).toBe("");
    expect(await call(server, "read_file")).toMatchObject({
      isError: true,
      text: expect.stringContaining("path is required"),
    });
  });
});

const run = (args: readonly string[], env: Readonly<Record<string, string>>, input?: string) =>
  runProgram(join(directory, name), args, { env, ...(input === undefined ? {} : { input }) });

describe("--check exits with 1 and says what is wrong", () => {
  test("a token that the platform does not know", async () => {
    const { code, stdout } = await run(["--check"], { ...session(), PLATFORM_API_TOKEN: "plat_api_unknown" });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^ok {3}platform/);
    expect(stdout).toMatch(/^FAIL token +the platform does not accept this token/m);
    expect(stdout).toMatch(/\nnot ready\n$/);
    expect(stdout).not.toContain("plat_api_unknown");
  });

  test("a token whose scopes do not reach", async () => {
    const weak = await platform.tokenFor({ scopes: ["agent:run"], project: project.id });
    const { code, stdout } = await run(["--check", "--json"], { ...session(), PLATFORM_API_TOKEN: weak });
    expect(code).toBe(1);
    const { ok, tools } = JSON.parse(stdout);
    expect(ok).toBe(false);
    expect(tools).toContainEqual({ name: "read_file", permissions: ["project:read"], missing: ["project:read"] });
  });

  test("a platform that is not there", async () => {
    const { code, stdout } = await run(["--check"], { ...session(), PLATFORM_API_URL: "http://127.0.0.1:9" });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^FAIL platform .*connection refused/);
    expect(stdout).not.toContain("token ");
  });
});

describe("a wrong environment or command line is one line on stderr, and exit code 2", () => {
  const cases: readonly (readonly [args: readonly string[], env: Readonly<Record<string, string>>, says: string])[] = [
    [[], {}, "PLATFORM_API_TOKEN is not set"],
    [["--check"], { PLATFORM_API_TOKEN: "" }, "PLATFORM_API_TOKEN is not set"],
    [[], { PLATFORM_API_TOKEN: "a b" }, "PLATFORM_API_TOKEN must be one token"],
    [[], { PLATFORM_API_TOKEN: `$${"{PLATFORM_API_TOKEN}"}` }, "PLATFORM_API_TOKEN holds an unexpanded variable"],
    [[], { PLATFORM_API_TOKEN: "t", PROJECT_ID: "mine" }, "PROJECT_ID must be a UUID"],
    [[], { PLATFORM_API_TOKEN: "t", PLATFORM_API_URL: "ftp://x" }, "PLATFORM_API_URL must be an http or https URL"],
    [[], { PLATFORM_API_URL: "nowhere", PROJECT_ID: "x" }, "PLATFORM_API_TOKEN is not set"],
    [[], { PLATFORM_API_TOKEN_FILE: "/nowhere/token" }, 'the file "/nowhere/token" does not exist'],
    [[], { PLATFORM_API_TOKEN: "t", PLATFORM_READ_ONLY: "maybe" }, "PLATFORM_READ_ONLY must be 1 or 0"],
    [["--list-tools"], { PLATFORM_TOOLS_DENY: "*" }, "PLATFORM_TOOLS_DENY must be names of tools"],
    [["--list-tools"], { PROJECT_ID: "mine" }, "PROJECT_ID must be a UUID"],
    [["--lst"], {}, "Unknown option '--lst'"],
    [["serve"], {}, "Unexpected argument 'serve'"],
    [["--json"], {}, "--json goes with --list-tools or --check"],
    [["--check", "--list-tools"], {}, "do not go together"],
  ];

  test.each(cases)("%j %j", async (args, env, says) => {
    const { code, stdout, stderr } = await run(args, env, "");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^platform-core: [^\n]+\n$/);
    expect(stderr).toContain(says);
  });
});
