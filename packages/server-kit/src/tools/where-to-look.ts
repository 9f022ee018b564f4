import type { Tool } from "./tool.ts";

/** What every role can look up: these tools are in the server that all roles have. */
const inEveryRole: Readonly<Record<string, string>> = {
  project: "list_projects",
  branch: "list_branches",
  commit: "list_branches",
};

/**
 * The tools that show what exists where the platform's 404 did not find a `noun`: those of this server that say so
 * in their `lists`, but the failed one.
 */
export function whereToLook(noun: string, failed: Tool, offered: Iterable<Tool>): readonly string[] {
  const names = [...offered].filter((tool) => tool !== failed && tool.lists?.includes(noun)).map(({ name }) => name);
  if (names.length > 0) return names;
  const elsewhere = Object.hasOwn(inEveryRole, noun) ? inEveryRole[noun] : undefined;
  return elsewhere === undefined || elsewhere === failed.name ? [] : [elsewhere];
}
