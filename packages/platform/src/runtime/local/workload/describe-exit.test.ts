import { expect, test } from "vitest";
import { describeExit } from "./describe-exit.ts";

test.each([
  [{ exitCode: 0, signal: null, abandoned: false }, "ended with exit code 0"],
  [{ exitCode: 127, signal: null, abandoned: false }, "ended with exit code 127"],
  [{ exitCode: 139, signal: null, abandoned: false }, "ended by SIGSEGV"],
  [{ exitCode: 137, signal: null, abandoned: false }, "was killed (SIGKILL), as for want of memory"],
  [{ exitCode: 255, signal: null, abandoned: false }, "ended with exit code 255"],
  [{ exitCode: null, signal: "SIGKILL", abandoned: false }, "was killed from outside"],
  [
    { exitCode: null, signal: "SIGKILL", abandoned: true },
    "was ended because the platform did not show any sign of life",
  ],
])("%j", (exit, words) => {
  expect(describeExit(exit)).toBe(words);
});
