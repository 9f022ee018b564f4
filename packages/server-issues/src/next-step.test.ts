import { expect, test } from "vitest";
import type { MergeRequestDetails } from "./merge-request.ts";
import { mergeByHand, nextStep } from "./next-step.ts";

const request = { number: 7, status: "open", source_branch: "topic/a", target_branch: "main" } as const;
const step = (more: MergeRequestDetails) => nextStep({ ...request, ...more });

test("where a merge request stands says what to do", () => {
  expect(step({ merge_status: "mergeable" })).toBe("It can be merged: merge_merge_request with number=7.");
  expect(step({ merge_status: "mergeable", changes_requested: 1 })).toContain("a review asks for changes");
  expect(step({ merge_status: "blocked" })).toBe("See to what blocks it, then merge_merge_request with number=7.");
  expect(step({ merge_status: "source_missing" })).toContain("number=7 and status=closed");
  expect(step({ merge_status: "target_missing" })).toContain("another target_branch");
  expect(step({ merge_status: "up_to_date" })).toContain("nothing to merge");
  expect(step({ status: "closed", merge_status: null })).toContain("status=open");
  expect(step({ status: "merged" })).toBe("It is merged: nothing is left to do.");
  expect(step({})).toContain("does not say whether it can be merged");
});

test("a conflict names the paths, and the commands that resolve it", () => {
  expect(step({ merge_status: "conflicts", conflicts: ["a.ts", "b c.ts"] })).toBe(
    'The branches conflict in a.ts, "b c.ts". Resolve it on the source branch: git fetch origin && git switch topic/a && git merge origin/main; mend the files, git add and git commit them; git push origin HEAD; then merge_merge_request with number=7.',
  );
});

test("a thousand conflicts, and the longest paths, stay short", () => {
  const conflicts = Array.from({ length: 1000 }, (_, at) => `${"d/".repeat(300)}${at}`);
  expect(step({ merge_status: "conflicts", conflicts })).toMatch(/ and \d+ more\. Resolve/);
  expect(step({ merge_status: "conflicts", conflicts }).length).toBeLessThan(2500);
});

test("names of branches are words of the commands, whatever they hold", () => {
  const hostile = { ...request, source_branch: "x';reboot;'\u202e", target_branch: "-b" };
  const word = "$'x\\';reboot;\\'\\U0000202e'";
  expect(nextStep({ ...hostile, merge_status: "conflicts" })).toContain(`git switch ${word} && git merge origin/-b;`);
  expect(mergeByHand(hostile)).toContain(
    "git switch $'-b' && git merge --ff-only @{upstream} && git merge --no-ff $'origin/x",
  );
});
