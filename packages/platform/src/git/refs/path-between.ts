import type { RefChange } from "./ref-change.ts";

/**
 * The changes that lead a ref from one value to another, in order; undefined when these changes do not. Of several ways
 * the shortest, and of those the one announced first.
 */
export function pathBetween<Change extends Pick<RefChange, "oldSha" | "newSha">>(
  from: string | null,
  to: string | null,
  changes: readonly Change[],
): readonly Change[] | undefined {
  const reached = new Map<string | null, readonly Change[]>([[from, []]]);
  // A Map yields what is added while it is walked: breadth first.
  for (const [sha, path] of reached) {
    if (sha === to) return path;
    for (const change of changes) {
      if (change.oldSha === sha && !reached.has(change.newSha)) reached.set(change.newSha, [...path, change]);
    }
  }
  return undefined;
}
