import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const main = join(import.meta.dirname, "main.ts");
let data: string;

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), "platform-cli-"));
});
afterEach(() => rm(data, { recursive: true, force: true }));

function start(args: readonly string[], env: Record<string, string> = {}): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, ["--import", "tsx", main, ...args], {
    env: { PATH: process.env.PATH ?? "", PLATFORM_DATA: data, ...env },
  });
}

async function platform(...args: string[]) {
  const child = start(args);
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  return { code, stdout, stderr };
}

/** Starts serving on a free port; resolves with the address once it answers. */
async function serve() {
  const child = start(["start", "--listen", "127.0.0.1:0"]);
  for await (const line of createInterface(child.stdout)) {
    const { url }: { url?: string } = JSON.parse(line);
    if (url !== undefined) {
      child.stdout.resume();
      return { child, url };
    }
  }
  throw new Error(`it did not start: ${await text(child.stderr)}`);
}

describe("a wrong command line is one line that says what is right", () => {
  test.each([
    [[], "no command given"],
    [["fly"], "unknown command fly"],
    [["start", "--lisen", "x"], "Unknown option '--lisen'"],
    [["start", "--listen", "nowhere"], "PLATFORM_LISTEN must be HOST:PORT"],
    [["start", "--listen", "0.0.0.0:0"], "say --trust-repositories"],
    [["token", "create"], "needs --name"],
    [["token", "create", "--name", "x", "--scopes", "fly"], "unknown scope fly; there are: project:read"],
    [["token", "create", "--name", "x", "--expires-in-days", "0"], "must be a whole number from 1 to 365"],
    [["import", ".", "--visibility", "secret"], "--visibility must be private, internal or public"],
  ])("%j", async (args, message) => {
    const { code, stdout, stderr } = await platform(...args);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });
});

test("--help and --version answer without touching anything", async () => {
  expect((await platform("--help")).stdout).toContain("platform token create --name NAME");
  expect((await platform("--version")).stdout).toMatch(/^platform \d+\.\d+\.\d+\n$/);
  expect(await readdir(data)).toEqual([]);
});

test("commands work while the platform serves, and stop ends it", async () => {
  const { child, url } = await serve();
  const missing = await platform("import", join(data, "nothing-here"));
  expect(missing.stderr).toBe(`platform: ${join(data, "nothing-here")} does not exist\n`);
  const token = (await platform("token", "create", "--name", "t")).stdout.trim();
  expect(token).toMatch(/^plat_api_[0-9a-f]{64}$/);
  const me = await fetch(`${url}/api/auth/me`, { headers: { authorization: `Bearer ${token}` } });
  expect(me.status).toBe(200);

  const second = await platform("start", "--listen", "127.0.0.1:0");
  expect([second.code, second.stdout]).toEqual([1, ""]);
  expect(second.stderr).toContain(`a platform (process ${child.pid}) already runs on ${data}`);

  const exited = once(child, "exit");
  expect((await platform("stop")).stderr).toBe("stopped\n");
  expect(await exited).toEqual([0, null]);
  expect((await platform("stop")).stderr).toBe(`no platform serves from ${data}\n`);
  for (const file of await readdir(data, { recursive: true, withFileTypes: true })) {
    if (file.isFile() && file.name.endsWith(".log")) {
      expect(await readFile(join(file.parentPath, file.name), "utf8")).not.toContain(token);
    }
  }
});

test("stop also ends the database that a killed platform left", async () => {
  const { child } = await serve();
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
  expect((await platform("stop")).stderr).toBe("stopped\n");
  expect((await platform("stop")).stderr).toBe(`no platform serves from ${data}\n`);
});

test("a port in use is one line, and nothing is left running", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const address = taken.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const { code, stderr } = await platform("start", "--listen", `127.0.0.1:${port}`);
  taken.close();
  expect(code).toBe(1);
  expect(stderr).toBe(`platform: port ${port} is in use by another program: stop it, or choose another port\n`);
  expect((await platform("stop")).stderr).toBe(`no platform serves from ${data}\n`);
});

test("Ctrl-C answers what is under way and ends in order", async () => {
  const { child, url } = await serve();
  const answers = Array.from({ length: 20 }, () => fetch(`${url}/readyz`).then(({ status }) => status));
  expect(new Set(await Promise.all(answers))).toEqual(new Set([200]));
  child.kill("SIGINT");
  expect(await once(child, "exit")).toEqual([0, null]);
});
