import { spawnSync } from "node:child_process";
import { branchProblem } from "@platform-mcp/platform";
import { readSessionSettings } from "@platform-mcp/runner";
import fc from "fast-check";
import { expect, test } from "vitest";

const project = { default_branch: "main", allow_agent_push_to_default: false, allow_force_push_to_default: false };

/** Names that come close to what git refuses. */
const names = fc.string({
  unit: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom("a", "b", "/", "é", "𝄞") },
    fc.constantFrom(
      ..."-.@{}~^:?*[]\\;|$`'\"&()<>!#% \t\n\u00a0\u2028\u202e\ufeff\u0001\u007f",
      ".lock",
      "..",
      "@{",
      "refs/",
    ),
  ),
  minLength: 1,
  maxLength: 8,
});

test("a branch that the platform takes is one to git, and to the runner, which gets it by its environment", () => {
  let taken = 0;
  fc.assert(
    fc.property(names, (name) => {
      if (branchProblem(name, project) !== undefined) return;
      taken += 1;
      expect(spawnSync("git", ["check-ref-format", "--branch", name]).status).toBe(0);
      const settings = readSessionSettings({ SESSION_ID: "s", BRANCH: name, PLATFORM_API_TOKEN: "t" }, "/workspace");
      expect(settings.branch).toBe(name);
    }),
    { numRuns: 400 },
  );
  expect(taken).toBeGreaterThan(20);
});
