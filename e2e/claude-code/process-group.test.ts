import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { runInGroup } from "./process-group.ts";

const options = { cwd: tmpdir(), env: { PATH: process.env.PATH }, deadlineMs: 60_000 };

test("output and exit code come back, and nothing is inherited from this environment", async () => {
  const result = await runInGroup("sh", ["-c", "echo out; echo err >&2; echo $MINE $HOME; exit 3"], {
    ...options,
    env: { ...options.env, MINE: "given" },
  });
  expect(result).toEqual({ exitCode: 3, stdout: "out\ngiven\n", stderr: "err\n" });
});

test("processes that the program leaves behind end with it", async () => {
  // The child holds the output open: the run could not end while it lived.
  const result = await runInGroup("sh", ["-c", "sleep 1000 & echo started"], options);
  expect(result).toEqual({ exitCode: 0, stdout: "started\n", stderr: "" });
});

test("a program that is late is killed", async () => {
  const run = runInGroup("sleep", ["1000"], { ...options, deadlineMs: 100 });
  await expect(run).rejects.toThrow("sleep was not done after 100 ms");
});

test("a program that does not exist is an error", async () => {
  await expect(runInGroup("/no/such/program", [], options)).rejects.toThrow("ENOENT");
});
