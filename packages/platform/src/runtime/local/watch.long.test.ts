import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { processesMarked, sendSignal } from "../../db/embedded/process-table.ts";
import { until } from "../../db/embedded/until.ts";
import { endProcessesIn, processesIn } from "./marked-processes.ts";
import { type LocalSteps, openLocalSteps } from "./testing/local-steps.ts";

const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
const program = fileURLToPath(new URL("testing/step-program.ts", import.meta.url));

/** A step of another process, with what is started beside it, and neither ends when it is asked to. */
const stubborn =
  "trap '' TERM; (setsid sleep 1000 </dev/null >/dev/null 2>&1 &); echo up; while :; do sleep 0.01; done";

interface Message {
  readonly text?: string;
  readonly exit?: unknown;
}

describe.each([
  ["namespaces", true],
  ["no namespaces", false],
])("with %s, a step", (_, useNamespaces) => {
  let steps: LocalSteps;
  let platform: ChildProcess | undefined;
  beforeEach(async () => {
    steps = await openLocalSteps({ useNamespaces });
  });
  afterEach(async () => {
    platform?.kill("SIGKILL");
    await endProcessesIn(steps.dataDirectory);
    await steps[Symbol.asyncDispose]();
  });

  /** All that belongs to the step: its own processes, and those whose command line names its room. */
  const processes = async () => {
    const rooms = join(steps.dataDirectory, "steps");
    const marked = await processesMarked(`${rooms}/`);
    return [...(await processesIn(rooms)), ...marked.map(({ pid }) => pid)].filter((pid) => pid !== platform?.pid);
  };

  /** Starts a platform with a step, and resolves once the step runs. */
  async function startElsewhere(
    watchSeconds: number,
    command = stubborn,
  ): Promise<{ messages: Message[]; child: ChildProcess }> {
    const args = [steps.dataDirectory, steps.repository, String(useNamespaces), String(watchSeconds), command];
    const child = spawn(process.execPath, ["--import", tsx, program, ...args], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    platform = child;
    const messages: Message[] = [];
    createInterface({ input: child.stdout }).on("line", (line) => messages.push(JSON.parse(line)));
    expect(await until(() => messages.length > 0, 20_000)).toBe(true);
    expect((await processes()).length).toBeGreaterThan(2);
    return { messages, child };
  }

  test("ends at once with a platform that is killed, and the next one removes what it leaves", async () => {
    const { child } = await startElsewhere(600);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(await until(async () => (await processes()).length === 0, 10_000)).toBe(true);
    const rooms = join(steps.dataDirectory, "steps");
    const named = (names: readonly string[]) => names.filter((name) => name.includes(`-${child.pid}-`)).length;
    expect(named(await readdir(rooms))).toBe(1);
    await steps.runtime.cleanUp();
    expect(named(await readdir(rooms))).toBe(0);
  });

  test("ends when its platform is stopped for too long, which learns of it when it goes on", async () => {
    const { child, messages } = await startElsewhere(2);
    child.kill("SIGSTOP");
    expect(await until(async () => (await processesIn(steps.dataDirectory)).length === 0, 10_000)).toBe(true);
    child.kill("SIGCONT");
    await once(child, "exit");
    expect(messages.at(-1)).toEqual({ exit: { exitCode: null, signal: "SIGKILL", abandoned: true } });
  });

  test("goes on while its platform shows that it lives", async () => {
    const { messages } = await startElsewhere(2, "echo up; sleep 3; exit 3");
    expect(await until(() => messages.length > 1, 10_000)).toBe(true);
    expect(messages.at(-1)).toEqual({ exit: { exitCode: 3, signal: null, abandoned: false } });
  });

  test("whose guard was killed with the platform is ended by the next platform", async () => {
    const { child } = await startElsewhere(600);
    const guards = (await processesMarked(`${join(steps.dataDirectory, "steps")}/`)).filter(
      ({ pid }) => pid !== child.pid,
    );
    // Stopped first, so that none acts on the end of another.
    for (const { pid } of guards) sendSignal(pid, "SIGSTOP");
    child.kill("SIGKILL");
    await once(child, "exit");
    for (const { pid } of guards) sendSignal(pid, "SIGKILL");
    await steps.runtime.cleanUp();
    expect(await until(async () => (await processes()).length === 0, 10_000)).toBe(true);
  });
});

test("what a living process works with is not cleaned up", async () => {
  await using steps = await openLocalSteps();
  const step = await steps.start({ commands: ["sleep 0.2; cat kept.txt"] });
  await steps.runtime.cleanUp();
  expect(await step.exited).toMatchObject({ exitCode: 0 });
  await step.dispose();
});
