import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../../db/embedded/until.ts";
import { StartError } from "../runtime.ts";
import { processesIn } from "./marked-processes.ts";
import { type LocalSteps, openLocalSteps } from "./testing/local-steps.ts";

const exitOf = (exitCode: number) => ({ exitCode, signal: null, abandoned: false });
const killed = { exitCode: null, signal: "SIGKILL", abandoned: false };

describe.each([
  ["in namespaces where they are possible", true],
  ["without namespaces", false],
])("a step %s", (_, useNamespaces) => {
  let steps: LocalSteps;
  beforeAll(async () => {
    steps = await openLocalSteps({ useNamespaces, graceSeconds: 0.5 });
  });
  afterAll(async () => {
    expect(await processesIn(steps.dataDirectory)).toEqual([]);
    await steps[Symbol.asyncDispose]();
  });

  test.each([
    [[], 0, ""],
    [["echo one", "echo two >&2"], 0, "one\ntwo\n"],
    [["echo one", "exit 7", "echo two"], 7, "one\n"],
    [["false", "echo two"], 1, ""],
    [["kill -9 $$"], 137, ""],
    [["kill -TERM $$"], 143, ""],
    [["echo one >/dev/stdout; echo two | tee /dev/stderr"], 0, "one\ntwo\ntwo\n"],
    [["cat; echo end"], 0, "end\n"],
  ])("of the commands %j ends with %i", async (commands, code, text) => {
    expect(await steps.run(...commands)).toEqual({ exit: exitOf(code), text });
  });

  test("that names a missing command ends with the shell's own code and words", async () => {
    const { exit, text } = await steps.run("no-such-command --help");
    expect(exit).toEqual(exitOf(127));
    expect(text).toContain("no-such-command: ");
  });

  test("prints 200 MB that nobody has to keep", async () => {
    let bytes = 0;
    const onOutput = async (chunk: Uint8Array) => {
      bytes += chunk.length;
    };
    const before = process.memoryUsage().rss;
    const step = await steps.start({ commands: ["head -c 200000000 /dev/zero"], onOutput });
    expect(await step.exited).toEqual(exitOf(0));
    expect(bytes).toBe(200_000_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
    await step.dispose();
  });

  test("waits while what it prints is not taken", async () => {
    const taken = Promise.withResolvers<void>();
    let bytes = 0;
    const onOutput = async (chunk: Uint8Array) => {
      bytes += chunk.length;
      await taken.promise;
    };
    const step = await steps.start({ commands: ["head -c 3000000 /dev/zero; touch done"], onOutput });
    await until(() => bytes > 0, 10_000);
    expect(bytes).toBeLessThan(1_000_000);
    taken.resolve();
    expect(await step.exited).toEqual(exitOf(0));
    expect(bytes).toBe(3_000_000);
    await step.dispose();
  });

  test("takes daemons with it when it ends, and does not wait for their output", async () => {
    const daemon = "(setsid sh -c 'echo up; trap \"\" TERM; while :; do sleep 1; done' &)";
    const step = await steps.start({ commands: [daemon, daemon, "sleep 0.1", "echo end"] });
    expect(await step.exited).toEqual(exitOf(0));
    expect(step.text()).toContain("end\n");
    expect(await processesIn(steps.dataDirectory)).toEqual([]);
    await step.dispose();
  });

  test("is asked to end and does so in its own way, its children too", async () => {
    const child = "sh -c 'trap \"echo child; exit\" TERM; echo up; while :; do sleep 0.05; done' &";
    const step = await steps.start({ commands: [`trap 'wait; echo parent; exit 3' TERM; ${child} wait`] });
    await until(() => step.text().includes("up"), 10_000);
    step.stop();
    step.stop();
    expect(await step.exited).toEqual(exitOf(3));
    // Shells say what became of their children.
    expect(step.text().replaceAll("Terminated\n", "")).toBe("up\nchild\nparent\n");
    await step.dispose();
  });

  test("that ignores the request to end is ended, with what it has started", async () => {
    const stubborn = "trap '' TERM; (setsid sleep 1000 &) ; echo up; while :; do sleep 1000; done";
    const step = await steps.start({ commands: [stubborn] });
    await until(() => step.text().includes("up"), 10_000);
    step.stop();
    expect(await step.exited).toEqual(killed);
    expect(await processesIn(steps.dataDirectory)).toEqual([]);
    await step.dispose();
  });

  test("is ended by its removal, at any time and again", async () => {
    const step = await steps.start({ commands: ["sleep 1000"] });
    await Promise.all([step.dispose(), step.dispose()]);
    expect(await step.exited).toEqual(killed);
    await step.dispose();
    step.stop();
    step.keepAlive();
  });

  test("that signals its whole process group, or all processes it may, is not taken for another's doing", async () => {
    expect((await steps.run("trap 'exit 4' TERM; kill 0; sleep 1000")).exit).toEqual(exitOf(4));
    if (steps.isIsolated) expect((await steps.run("kill -9 -1; exit 5")).exit).toEqual(exitOf(5));
  });

  test("with processes without end is ended", async () => {
    const step = await steps.start({ commands: ["echo up; f() { sleep 1 & f; }; f"] });
    await until(() => step.text().includes("up"), 10_000);
    await step.dispose();
    expect(await step.exited).toMatchObject({ abandoned: false });
    expect(await processesIn(steps.dataDirectory)).toEqual([]);
  });

  test("whose start is given up, or forbidden, leaves nothing", async () => {
    const aborting = new AbortController();
    const reason = new Error("not any more");
    const abort = async () => aborting.abort(reason);
    await expect(steps.start({ commands: ["sleep 1000"], signal: aborting.signal, starting: abort })).rejects.toBe(
      reason,
    );
    const refuse = () => Promise.reject(reason);
    await expect(steps.start({ commands: ["sleep 1000"], starting: refuse })).rejects.toBe(reason);
    await expect(steps.start({ commands: [], signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(await processesIn(steps.dataDirectory)).toEqual([]);
  });

  test.each([
    [{ commands: [], environment: { "A-B": "x" } }, /"A-B" cannot be the name/],
    [{ commands: [], environment: { A: "x".repeat(200_000) } }, /variable A is longer than 128 KiB/],
    [{ commands: [], environment: { A: "x\0y" } }, /variable A contains a NUL/],
    [{ commands: ["x".repeat(200_000)] }, /commands are longer than 128 KiB/],
    [
      {
        commands: [],
        environment: Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`A${i}`, "x".repeat(1e5)])),
      },
      /cannot be started: .*E2BIG/,
    ],
    [{ commands: [], commit: "1".repeat(40) }, /commit 1{40} is not in the repository/],
  ])("that cannot be started says why", async (step, message) => {
    const error = await steps.start(step).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(StartError);
    expect(String(error)).toMatch(message);
  });
});
