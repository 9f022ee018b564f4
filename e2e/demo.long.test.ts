import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test as plainTest } from "vitest";

const root = join(import.meta.dirname, "..");

/** Each test has a directory for temporary files of its own, in which nothing may be left. */
const test = plainTest.extend<{ temporary: string }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the fixtures it depends on from the pattern
  temporary: async ({}, use) => {
    const temporary = await mkdtemp(join(tmpdir(), "demo-"));
    await use(temporary);
    await rm(temporary, { recursive: true, force: true });
  },
});

function startDemo(temporary: string, ...args: string[]) {
  const child = spawn(process.execPath, ["--import", "tsx", "scripts/demo.ts", ...args], {
    cwd: root,
    env: { PATH: process.env.PATH ?? "", TMPDIR: temporary },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const demo = { child, output: "", exited: once(child, "close").then(([code]) => code) };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      demo.output += chunk;
    });
  }
  return demo;
}

test("it shows an agent's whole job, with what the agent reads and what its reviewer sees, and leaves nothing", async ({
  temporary,
}) => {
  const demo = startDemo(temporary);
  expect(await demo.exited, demo.output).toBe(0);
  expect(demo.output).toContain("platform-pipeline diagnose_pipeline");
  expect(demo.output).toContain("a limit gives only the newest greetings");
  expect(demo.output).toContain("What does limit=many do?");
  expect(demo.output).toContain("platform-issues merge_merge_request");
  expect(demo.output).toMatch(/From the issue to production in \d+ s/);
  expect(demo.output).not.toContain("plat_api_");
  const visits = [
    ...demo.output.matchAll(/the reviewer opens http:\/\/([\w-]+)\.hello-web\.localhost:\d+(\S+)\n {4}(\d+) ?(.*)/g),
  ];
  const welcome = expect.stringContaining("Welcome!");
  expect(visits.map(([, label, path, status, body]) => [label, path, status, body])).toEqual([
    ["newest-greetings", "/api/greetings?limit=0", "200", "[]"],
    ["production", "/api/greetings?limit=0", "200", welcome],
    ["newest-greetings", "/api/greetings?limit=many", "200", "[]"],
    ["newest-greetings", "/api/greetings?limit=many", "400", expect.stringContaining("not a whole number")],
    ["production", "/api/greetings?limit=0", "200", "[]"],
    ["newest-greetings", "/", "404", expect.any(String)],
  ]);
  expect(await leftIn(temporary)).toEqual([]);
});

test("Ctrl-C ends it in the middle, and leaves nothing", async ({ temporary }) => {
  const demo = startDemo(temporary);
  while (!demo.output.includes("list_issues")) await once(demo.child.stdout, "data");
  demo.child.kill("SIGINT");
  expect(await demo.exited).toBe(130);
  expect(await leftIn(temporary)).toEqual([]);
});

test("it has help, and knows what it does not know", async ({ temporary }) => {
  const help = startDemo(temporary, "--help");
  expect([await help.exited, help.output]).toEqual([0, expect.stringContaining("pnpm@12.21.0 demo")]);
  const wrong = startDemo(temporary, "--fast");
  expect([await wrong.exited, wrong.output]).toEqual([1, expect.stringContaining("See --help.")]);
});

/** What the demo made there; the TypeScript loader's cache is its own affair. */
async function leftIn(temporary: string): Promise<string[]> {
  return (await readdir(temporary)).filter((name) => !name.startsWith("tsx-") && name !== "node-compile-cache");
}
