import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, test as plainTest } from "vitest";
import { fixtureRepositories } from "./repositories/make.ts";

const root = join(import.meta.dirname, "..");

/** Each test has a data directory of its own, so that they can run side by side. */
const test = plainTest.extend<{ data: string }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the fixtures it depends on from the pattern
  data: async ({}, use) => {
    const data = await mkdtemp(join(tmpdir(), "start-"));
    await use(data);
    // A test that has failed or taken too long has not ended what it started.
    for (const start of Start.all.get(data) ?? []) await start.interrupt();
    await rm(data, { recursive: true, force: true });
  },
});

/** A `start` that runs: what it has said so far, and a way to wait for more. */
class Start {
  /** By their data directory. */
  static readonly all = new Map<string, readonly Start[]>();
  output = "";
  readonly exited: Promise<number | null>;
  readonly #child;

  constructor(data: string, ...args: string[]) {
    this.#child = spawn(process.execPath, ["--import", "tsx", "scripts/start.ts", ...args], {
      cwd: root,
      env: { PATH: process.env.PATH ?? "", PLATFORM_DATA: data, PLATFORM_LISTEN: "127.0.0.1:0" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding("utf8").on("data", (chunk: string) => {
        this.output += chunk;
      });
    }
    this.exited = once(this.#child, "close").then(([code]) => code);
    Start.all.set(data, [...(Start.all.get(data) ?? []), this]);
  }

  /** Waits until it serves. @throws with all it said when it ends instead */
  async ready(): Promise<this> {
    while (!this.output.includes("Ctrl-C stops")) {
      const ended = await Promise.race([
        this.exited.then(() => true),
        once(this.#child.stdout, "data").then(() => false),
      ]);
      if (ended) throw new Error(`start ended: ${this.output}`);
    }
    return this;
  }

  /** What Ctrl-C does. */
  async interrupt(): Promise<number | null> {
    this.#child.kill("SIGINT");
    return await this.exited;
  }
}

/** Runs another command of the workspace on the same data. */
async function command(data: string, script: string) {
  const env = { PATH: process.env.PATH ?? "", PLATFORM_DATA: data };
  const child = spawn(process.execPath, ["--import", "tsx", script], { cwd: root, env });
  const [stdout] = await Promise.all([text(child.stdout), once(child, "exit")]);
  return stdout;
}

/** The processes that have the data directory in their command line: the platform's, PostgreSQL's. */
async function processes(data: string): Promise<string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")));
  return lines.filter((line) => line.includes(data));
}

async function environmentFile(data: string): Promise<Record<string, string>> {
  const lines = (await readFile(join(data, "agent.env"), "utf8")).split("\n").filter((line) => /^\w+=/.test(line));
  return Object.fromEntries(lines.map((line) => line.split("=", 2)));
}

describe.concurrent("start", () => {
  test.for([
    ["dev", "3 ok;"],
    ["ops", "4 ok;"],
    ["admin", "6 ok;"],
    ["ui", "2 ok;"],
  ] as const)("checks the servers of role %s and says it is ready", async ([role, servers], { data }) => {
    const start = await new Start(data, "--role", role).ready();
    expect(start.output).toMatch(/^platform-core +ok +8 /m);
    expect(start.output).toContain(`role ${role} is ready: servers ${servers}`);
    expect(await start.interrupt()).toBe(0);
    if (process.platform === "linux") expect(await processes(data)).toEqual([]);
  });

  test("keeps everything for the next start, which takes up the same project and token", async ({ data }) => {
    const first = await new Start(data).ready();
    const before = await environmentFile(data);
    await first.interrupt();
    const second = await new Start(data).ready();
    const after = await environmentFile(data);
    expect(second.output).not.toContain("importing");
    expect([after.PROJECT_ID, after.PLATFORM_API_TOKEN]).toEqual([before.PROJECT_ID, before.PLATFORM_API_TOKEN]);
    await second.interrupt();
  });

  test("writes what a host needs for its owner alone, and the token nowhere else", async ({ data }) => {
    const start = await new Start(data).ready();
    const { PLATFORM_API_TOKEN: token = "", PLATFORM_API_URL, PROJECT_ID } = await environmentFile(data);
    for (const name of ["agent.env", "mcp.json", "platform.log"]) {
      expect((await stat(join(data, name))).mode & 0o777, name).toBe(0o600);
    }
    for (const name of ["mcp.json", "platform.log"]) {
      expect(await readFile(join(data, name), "utf8"), name).not.toContain(token);
    }
    expect(start.output).not.toContain(token);
    // No more than the tools of the role use, on no other project.
    const me = await fetch(`${PLATFORM_API_URL}/api/auth/me`, { headers: { authorization: `Bearer ${token}` } });
    expect(JSON.parse(await me.text()).token).toMatchObject({
      scopes: ["project:read", "project:write"],
      project_id: PROJECT_ID,
    });
    await start.interrupt();
  });

  test("refuses a second start on the same data in one line; stop ends the first", async ({ data }) => {
    const first = await new Start(data).ready();
    const second = new Start(data);
    expect(await second.exited).toBe(1);
    expect(second.output).toMatch(/^start: a platform \(process \d+\) already runs on .*: run "stop" first$/m);
    expect(await command(data, "scripts/stop.ts")).toBe("stopped\n");
    expect(await first.exited).toBe(0);
    expect(await command(data, "scripts/stop.ts")).toBe(`nothing runs on ${data}\n`);
    if (process.platform === "linux") expect(await processes(data)).toEqual([]);
  });

  test("imports the repository it is given", async ({ data }) => {
    const { small } = await fixtureRepositories();
    const start = await new Start(data, "--repo", small).ready();
    expect(start.output).toContain(`importing ${small} as admin/small`);
    expect(start.output).toMatch(/^Project {4}admin\/small /m);
    await start.interrupt();
    const again = await new Start(data, "--repo", small).ready();
    expect(again.output).toContain("admin/small is there already: kept as it is");
    await again.interrupt();
  }, 300_000);
});

describe.concurrent("start says in one line what is wrong, and leaves nothing running", () => {
  test.for([
    [["--repo", "/nowhere/at/all"], "start: /nowhere/at/all does not exist"],
    [["--repo", "/"], "start: / is not a git repository"],
    [["--repo", "gopher://x/y"], "start: "],
    [["--role", "boss"], 'start: there is no role "boss"; the roles are dev, ops, admin, ui'],
    [["--port", "x"], "start: --port must be a number from 0 to 65535, not x"],
    [["--prot", "1"], "start: Unknown option '--prot'"],
  ] as const)("%j", async ([args, message], { data }) => {
    const start = new Start(data, ...args);
    expect(await start.exited).toBe(1);
    const errors = start.output.split("\n").filter((line) => line.startsWith("start: "));
    expect(errors).toEqual([expect.stringContaining(message)]);
    expect(start.output).not.toContain("    at ");
    if (process.platform === "linux") expect(await processes(data)).toEqual([]);
  });

  test("a port in use", async ({ data }) => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const address = taken.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const start = new Start(data, "--port", String(port));
    expect(await start.exited).toBe(1);
    taken.close();
    expect(start.output).toContain(`start: port ${port} is in use by another program`);
  });
});

test("--help says what start does, and does nothing", async ({ data }) => {
  const start = new Start(data, "--help");
  expect(await start.exited).toBe(0);
  expect(start.output).toContain("--repo PATH|URL");
  expect(await readdir(data)).toEqual([]);
});
