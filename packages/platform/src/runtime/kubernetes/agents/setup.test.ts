import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { expand } from "../testing/expand.ts";
import { runScript } from "./scripts.ts";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "setup-"));
});
afterEach(() => rm(directory, { recursive: true }));

/** Where the programs are. */
let path = process.env.PATH;

/** Runs commands as the container does; resolves with what came of it. */
async function setup(commands: readonly string[], onOutput: (text: string, kill: () => void) => void = () => {}) {
  for (const [index, command] of commands.entries()) {
    const own = join(directory, String(index + 1));
    await mkdir(own);
    await writeFile(join(own, "command"), command);
    await writeFile(join(own, "name"), command.replaceAll("\n", " "));
  }
  const report = join(directory, "report");
  const command = runScript("setup", directory, String(commands.length), report).map((text) => expand(text, {}));
  const env = { PATH: path, GIVEN: "$(id) 'x'" };
  // One stream, as a container's log is.
  const child = spawn("/bin/sh", ["-c", 'exec "$@" 2>&1', "sh", ...command], { cwd: directory, env, detached: true });
  // As in a container, of which nothing is left when its first process has ended.
  child.once("exit", () => killGroup(child.pid));
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
    onOutput(output, () => child.kill("SIGTERM"));
  });
  const [code] = await once(child, "close");
  return { code, output, report: await readFile(report, "utf8").catch(() => undefined) };
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // Nobody is left.
  }
}

test("commands run in order, each in a shell of its own, and are shown", async () => {
  const { code, output, report } = await setup(["echo 1; cd /; X=1", 'echo "$X"; pwd', 'echo "$GIVEN"', "cat"]);
  expect(code).toBe(0);
  expect(output).toBe(
    ["+ echo 1; cd /; X=1", "1", '+ echo "$X"; pwd', "", directory, '+ echo "$GIVEN"', "$(id) 'x'", "+ cat", ""].join(
      "\n",
    ),
  );
  expect(report).toBeUndefined();
});

test("the first that fails ends it, and is reported with its number", async () => {
  const { code, output, report } = await setup(["true", "echo '%s %d' >&2; exit 3", "echo never"]);
  const said = "Setup command 2 of 3 failed with exit code 3: echo '%s %d' >&2; exit 3";
  expect([code, report]).toEqual([3, said]);
  expect(output).toBe(`+ true\n+ echo '%s %d' >&2; exit 3\n%s %d\n${said}\n`);
});

test("one that a signal ended, one that is not to be found, and one that is no shell's", async () => {
  expect((await setup(["kill -9 $$"])).code).toBe(137);
  await rm(join(directory, "1"), { recursive: true });
  expect((await setup(["no-such-command"])).code).toBe(127);
  await rm(join(directory, "1"), { recursive: true });
  expect((await setup(["if then"])).code).toBe(2);
});

test("asked to end, it does at once, whatever its command does", async () => {
  const { code, report } = await setup(["echo begun; sleep 300 >/dev/null 2>&1"], (output, kill) => {
    if (output.endsWith("begun\n")) kill();
  });
  expect([code, report]).toEqual([143, undefined]);
});

test("nothing but a shell is needed, and commands reach it as they are", async () => {
  const usual = path;
  path = directory;
  try {
    const command = "echo '  a\\\\n  ' \\\n  b; x=$(printf '%s' c)\n\necho \"$x\"; exit 4";
    const { code, output, report } = await setup([command]);
    const said = `Setup command 1 of 1 failed with exit code 4: ${command.replaceAll("\n", " ")}`;
    expect([code, report]).toEqual([4, said]);
    expect(output.split("\n").slice(2)).toEqual(["c", said, ""]);
  } finally {
    path = usual;
  }
});
