import type { Caller } from "../access/caller.ts";
import { Problem } from "../problem.ts";

/**
 * What decides who may change the default branch, and what must be there before a merge does; what later agents run in,
 * which hands them what was lent to them; and whether everybody reads what an agent may have been told to carry out.
 */
const protection = [
  "default_branch",
  "allow_agent_push_to_default",
  "allow_force_push_to_default",
  "merge_requires_pipeline",
  "merge_requires_approval",
  "agent_image",
  "visibility",
];

/** An agent could otherwise lift the protection that is there because of agents. @throws Problem 403 */
export function refuseUnprotecting({ user }: Caller, changes: object): void {
  const named = Object.keys(changes).filter((field) => protection.includes(field));
  if (user.user_type !== "agent" || named.length === 0) return;
  throw new Problem(403, "forbidden", {
    detail: `Agents may not change ${named.join(", ")}: it protects the project from agents. Ask somebody who maintains it.`,
  });
}
