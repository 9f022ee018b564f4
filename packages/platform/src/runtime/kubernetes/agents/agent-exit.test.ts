import type { V1Pod } from "@kubernetes/client-node";
import { expect, test } from "vitest";
import type { PodEnd } from "../pod-end.ts";
import { agentExit } from "./agent-exit.ts";

const end = (kind: PodEnd["kind"], exitCode: number | null, message: string | null = null): PodEnd => ({
  kind,
  exitCode,
  message,
});

/** A pod whose container left these words. */
const podWith = (name: string, message: string): V1Pod => ({
  status: {
    initContainerStatuses: [
      { name, state: { terminated: { exitCode: 1, message } }, image: "", imageID: "", ready: false, restartCount: 0 },
    ],
  },
});

test.each([
  ["claude", end("exited", 1), "agent exited 1 null"],
  ["claude", end("exited", 143), "agent exited 143 null"],
  ["claude", end("oom_killed", 137, "memory"), "agent oom_killed 137 The container claude of its pod: memory"],
  // A test that the agent had started, hours before.
  ["claude", end("oom_killed", 70, "memory"), "agent exited 70 null"],
  ["claude", end("deadline", null, "too long"), "agent abandoned null The container claude of its pod: too long"],
  ["claude", end("deleted", 137, "gone"), "agent lost 137 The container claude of its pod: gone"],
  ["claude", end("evicted", null, "disk"), "agent evicted null The container claude of its pod: disk"],
  ["claude", end("image_pull", null, "no"), "agent image_pull null The container claude of its pod: no"],
  [
    "git-clone",
    end("unschedulable", null, "no room"),
    "clone start_failed null The container git-clone of its pod: no room",
  ],
  ["git-clone", end("exited", 1), "clone exited 1 The clone of the repository failed with exit code 1"],
  ["tools", end("exited", 1), "clone exited 1 The agent's tools could not be put into its image"],
  ["setup", end("exited", 137), "setup exited 137 The setup failed with exit code 137"],
])("%s, %j", (container, podEnd, expected) => {
  const { stage, kind, exitCode, message } = agentExit(container, podEnd, undefined);
  expect(`${stage} ${kind} ${exitCode} ${message}`).toBe(expected);
});

test("what a container said last is why it failed", () => {
  const words = "Setup command 2 of 3 failed with exit code 3: npm ci";
  expect(agentExit("setup", end("exited", 3), podWith("setup", `${words}\n`)).message).toBe(words);
  expect(agentExit("git-clone", end("exited", 1), podWith("git-clone", "runner: git clone: no")).message).toBe(
    "The clone of the repository failed with exit code 1: runner: git clone: no",
  );
});
