import { describe, expect, test } from "vitest";
import { refuseRefChange } from "./refuse-ref-change.ts";

const [a, b] = ["a".repeat(40), "b".repeat(40)];
const kinds = {
  create: { oldSha: null, newSha: a, rewrites: false },
  advance: { oldSha: a, newSha: b, rewrites: false },
  rewrite: { oldSha: a, newSha: b, rewrites: true },
  delete: { oldSha: a, newSha: null, rewrites: false },
};
type Kind = keyof typeof kinds;
const all: readonly Kind[] = ["create", "advance", "rewrite", "delete"];

describe("the default branch", () => {
  test.each<[user: "human" | "agent" | "service_account", agents: boolean, force: boolean, allowed: readonly Kind[]]>([
    ["human", false, false, ["create", "advance"]],
    ["human", true, false, ["create", "advance"]],
    ["human", false, true, all],
    ["service_account", false, false, ["create", "advance"]],
    ["agent", false, false, []],
    ["agent", false, true, []],
    ["agent", true, false, ["create", "advance"]],
    ["agent", true, true, all],
  ])("of %s, agents allowed %s, force %s: %j", (user_type, agents, force, allowed) => {
    const project = {
      default_branch: "trunk",
      allow_agent_push_to_default: agents,
      allow_force_push_to_default: force,
    };
    const taken = (ref: string) =>
      all.filter((kind) => !refuseRefChange({ ref, ...kinds[kind] }, project, { user_type }));
    expect(taken("refs/heads/trunk")).toEqual(allowed);
    for (const ref of ["refs/heads/main", "refs/heads/trunk/x", "refs/tags/trunk", "refs/agent-wip/trunk"]) {
      expect(taken(ref)).toEqual(all);
    }
    for (const ref of [
      "refs/replace/x",
      "refs/pull/1/head",
      "refs/notes/commits",
      "refs/heads",
      "HEAD",
      "refs/headsx/a",
    ]) {
      expect(taken(ref)).toEqual([]);
    }
  });
});

test("a bad name can be deleted, and neither made nor changed", () => {
  const project = { default_branch: "main", allow_agent_push_to_default: false, allow_force_push_to_default: false };
  for (const name of [a, "HEAD", "refs/x", "a..b", "a b", "-a", "a;b", "caf\uFFFD", "x".repeat(256)]) {
    const taken = all.filter(
      (kind) => !refuseRefChange({ ref: `refs/heads/${name}`, ...kinds[kind] }, project, { user_type: "human" }),
    );
    expect([name, taken]).toEqual([name, ["delete"]]);
  }
});
