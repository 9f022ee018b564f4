import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const guard = fileURLToPath(new URL("guard.sh", import.meta.url));
const hasBash = spawnSync("bash", ["--version"]).status === 0;
const stubborn = "trap '' TERM; echo up; while :; do sleep 0.02; done";

/** On systems other than Linux the shell is bash, and neither timeout(1) nor setsid(1) is there. */
describe.skipIf(!hasBash)("a guard with little more than bash", () => {
  let programs: string;
  beforeAll(async () => {
    programs = await mkdtemp(join(tmpdir(), "platform-programs-"));
    for (const name of ["cat", "dd", "grep", "sh", "sleep", "bash"]) {
      const path = execFileSync("/bin/sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).trim();
      await symlink(path, join(programs, name));
    }
  });
  afterAll(() => rm(programs, { recursive: true }));

  /** Guards the commands, says each word when the step has printed something, and gives what the guard says in the end. */
  async function run(commands: string, words: string, seconds = 60) {
    const args = ["--posix", guard, "group", String(seconds), programs, "sh", "-c", commands];
    const child = spawn(join(programs, "bash"), args, {
      env: { PATH: programs },
      stdio: ["ignore", "pipe", "pipe", "pipe"],
      detached: true,
    });
    const socket = child.stdio[3];
    if (child.stdout === null || child.stderr === null || !(socket instanceof Socket)) throw new Error("no pipes");
    socket.on("error", () => {});
    child.stdout.once("data", () => socket.write(words));
    const said: string[] = [];
    for await (const line of createInterface({ input: child.stderr })) {
      // What the shell itself says of its children goes the same way.
      if (/^(exit \d+|killed|abandoned)$/.test(line)) said.push(line);
      if (line.startsWith("exit ")) socket.destroy();
    }
    return said;
  }

  test("asks the step to end, ends it, and ends it when nothing is said", async () => {
    expect(await run("trap 'exit 4' TERM; echo up; while :; do sleep 0.02; done", "kkt")).toEqual(["exit 4"]);
    expect(await run("trap 'exit 5' TERM; echo up; while :; do sleep 0.02; done", "kf")).toEqual(["exit 5"]);
    expect(await run(stubborn, "ktkq")).toEqual(["killed", "exit 137"]);
    expect(await run(stubborn, "k", 1)).toEqual(["abandoned", "exit 137"]);
    expect(await run("echo up; kill 0; sleep 1000", "")).toEqual(["exit 143"]);
    expect(await run("exit 3", "")).toEqual(["exit 3"]);
  });
});
