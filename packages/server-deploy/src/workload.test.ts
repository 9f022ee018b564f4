import { expect, test } from "vitest";
import { deploymentWith } from "./testing/stand-in-platform.ts";
import { statusOf, workloadRow } from "./workload.ts";

test.each([
  ["healthy", 3, 3, "healthy"],
  ["healthy", 3, 2, "pending"],
  ["failed", 3, 2, "pending"],
  ["stopped", 3, 2, "pending"],
  ["syncing", 3, 2, "syncing"],
  ["pending", 3, 3, "pending"],
  ["degraded", 3, 3, "degraded"],
] as const)("%s when generation %i is wanted and %i was seen is %s", (current_status, generation, observed, status) => {
  expect(statusOf(deploymentWith({ current_status, generation, observed_generation: observed }))).toBe(status);
});

test("what the first platform has stopped is stopped, whatever it says", () => {
  const { generation: _, observed_generation: __, ...older } = deploymentWith({ desired_status: "stopped" });
  expect(statusOf(older)).toBe("stopped");
  expect(statusOf({ ...older, desired_status: "active" })).toBe("healthy");
});

test("a commit that the image's name says already is not said again", () => {
  const commit_sha = "b".repeat(40);
  expect(workloadRow(deploymentWith({ commit_sha, image_ref: "shop:1" })).commit).toBe("bbbbbbbbbbbb");
  expect(workloadRow(deploymentWith({ commit_sha, image_ref: `git:${commit_sha}` })).commit).toBeNull();
});
