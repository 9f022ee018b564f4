import { expect, test } from "vitest";
import { pullPolicy } from "./pull-policy.ts";

test.each([
  ["app", "Always"],
  ["app:latest", "Always"],
  ["app:1.2", "IfNotPresent"],
  ["host:5000/app", "Always"],
  ["host:5000/team/app:1.2", "IfNotPresent"],
  ["host:5000/app:latest", "Always"],
  [`app@sha256:${"0".repeat(64)}`, "IfNotPresent"],
  [`host:5000/app:latest@sha256:${"0".repeat(64)}`, "IfNotPresent"],
  ["app:latest-2", "IfNotPresent"],
])("%s: %s", (image, policy) => {
  expect(pullPolicy(image)).toBe(policy);
});
