import { deployments } from "@platform-mcp/client";
import { describe, expect, test } from "vitest";
import { deploymentWith, historyOf } from "../testing/stand-in-platform.ts";
import { rollbackTarget } from "./rollback-target.ts";

/** The history of what was done, in its order: `A` deploys it, `<A` rolls back to it, `!A` fails. */
function after(done: string): Parameters<typeof rollbackTarget>[1] {
  const attempts = done.split(" ").map((word) => ({
    image_ref: word.replace(/^[<!]/, ""),
    action: word.startsWith("<") ? ("rollback" as const) : ("deploy" as const),
    status: word.startsWith("!") ? ("failure" as const) : ("success" as const),
  }));
  return deployments.deploymentHistory.response.parse(historyOf(...attempts.toReversed()));
}

describe("a rollback goes back to", () => {
  test.each([
    ["A B", "B", "A"],
    ["A B C D", "D", "C"],
    ["A B C D <C", "C", "B"],
    ["A B C D <C <B", "B", "A"],
    ["A B C D <C <B <A", "A", undefined],
    ["A B <A C", "C", "A"],
    ["A B A", "A", "B"],
    ["A B A <B", "B", undefined],
    ["A B C <B C", "C", "B"],
    ["A B C", "D", "C"],
    // It may be a rollback that is under way, or a deployment.
    ["A B C", "B", undefined],
    ["A A", "A", undefined],
    ["A", "A", undefined],
    ["A B !C", "C", "B"],
    ["A B B", "B", "A"],
    // The beginning may be out of sight.
    ["<A", "A", undefined],
    ["C <B D", "D", "B"],
  ])("after %s, from %s, to %s", (done, now, target) => {
    expect(rollbackTarget(deploymentWith({ image_ref: now }), after(done))).toBe(target);
  });

  test("the second success of deploying on the first platform", () => {
    const { generation: _, ...older } = deploymentWith({ image_ref: "B" });
    expect(rollbackTarget(older, after("A B C <B"))).toBe("B");
    expect(rollbackTarget(older, after("A"))).toBeUndefined();
  });
});
