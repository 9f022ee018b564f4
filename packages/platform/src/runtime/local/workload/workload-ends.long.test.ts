import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { processesMarked, sendSignal } from "../../../db/embedded/process-table.ts";
import { until } from "../../../db/embedded/until.ts";
import type { WorkloadState } from "../../workload.ts";
import { endProcessesIn, processesIn } from "../marked-processes.ts";
import { type LocalWorkloadsScene, openLocalWorkloads, webFiles } from "./testing/local-workloads.ts";

const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
const program = fileURLToPath(new URL("testing/workload-program.ts", import.meta.url));

/** Does not end when it is asked to, nor does what it has started beside it. */
const stubborn = "trap '' TERM; (setsid sleep 1000 </dev/null >/dev/null 2>&1 &); ";

describe.each([
  ["namespaces", true],
  ["no namespaces", false],
])("with %s, a workload", (_, useNamespaces) => {
  let scene: LocalWorkloadsScene;
  let platform: ChildProcess | undefined;
  beforeEach(async () => {
    scene = await openLocalWorkloads({ useNamespaces });
  });
  afterEach(async () => {
    platform?.kill("SIGKILL");
    await endProcessesIn(scene.dataDirectory);
    await scene[Symbol.asyncDispose]();
  });

  /** All that belongs to it: its own processes, and those whose command line names its room. */
  const processes = async () => {
    const rooms = join(scene.dataDirectory, "steps");
    const marked = await processesMarked(`${rooms}/`);
    return [...(await processesIn(rooms)), ...marked.map(({ pid }) => pid)].filter((pid) => pid !== platform?.pid);
  };

  /** Starts a platform with a workload, and resolves once that answers. */
  async function startElsewhere(watchSeconds: number): Promise<{ child: ChildProcess; states: WorkloadState[] }> {
    const { Procfile = "", ...files } = webFiles("v");
    const commit = scene.commit({ ...files, Procfile: Procfile.replace("web:", `web: ${stubborn}`) });
    const { path } = scene.plan(commit).repository;
    const args = [scene.dataDirectory, path, commit, String(useNamespaces), String(watchSeconds)];
    const child = spawn(process.execPath, ["--import", tsx, program, ...args], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    platform = child;
    const states: WorkloadState[] = [];
    createInterface({ input: child.stdout }).on("line", (line) => states.push(JSON.parse(line)));
    expect(await until(() => states.some(({ status }) => status === "ready"), 30_000)).toBe(true);
    expect((await processes()).length).toBeGreaterThan(2);
    states.length = 0;
    return { child, states };
  }

  test("ends at once with a platform that is killed, and the next one removes what it leaves", async () => {
    const { child } = await startElsewhere(600);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(await until(async () => (await processes()).length === 0, 10_000)).toBe(true);
    const rooms = join(scene.dataDirectory, "steps");
    const named = (names: readonly string[]) => names.filter((name) => name.includes(`-${child.pid}-`)).length;
    expect(named(await readdir(rooms))).toBe(1);
    await scene.runtime.cleanUp();
    expect(named(await readdir(rooms))).toBe(0);
  });

  test("ends when its platform is stopped for too long, which starts it again when it goes on", async () => {
    const { child, states } = await startElsewhere(2);
    child.kill("SIGSTOP");
    expect(await until(async () => (await processesIn(scene.dataDirectory)).length === 0, 20_000)).toBe(true);
    child.kill("SIGCONT");
    expect(await until(() => states.some(({ status }) => status === "ready"), 30_000)).toBe(true);
    expect(states[0]).toMatchObject({ status: "failing", message: expect.stringContaining("sign of life") });
  });

  test("goes on while its platform lives", async () => {
    const { states } = await startElsewhere(4);
    expect(await until(() => states.length > 0, 10_000)).toBe(false);
    expect((await processes()).length).toBeGreaterThan(2);
  });

  test("whose guard was killed with the platform is ended by the next platform", async () => {
    const { child } = await startElsewhere(600);
    const marked = await processesMarked(`${join(scene.dataDirectory, "steps")}/`);
    const guards = marked.filter(({ pid }) => pid !== child.pid);
    // Stopped first, so that none acts on the end of another.
    for (const { pid } of guards) sendSignal(pid, "SIGSTOP");
    child.kill("SIGKILL");
    await once(child, "exit");
    for (const { pid } of guards) sendSignal(pid, "SIGKILL");
    await scene.runtime.cleanUp();
    expect(await until(async () => (await processes()).length === 0, 10_000)).toBe(true);
  });
});
