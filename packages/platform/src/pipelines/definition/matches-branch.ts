/**
 * Whether one of the patterns names a branch. A pattern with one star stands for any characters in its place, slashes
 * and none too; every other one is a name as it is.
 */
export function matchesBranch(patterns: readonly string[], branch: string): boolean {
  return patterns.some((pattern) => {
    const [prefix = "", suffix, ...more] = pattern.split("*");
    if (suffix === undefined || more.length > 0) return branch === pattern;
    return branch.length >= prefix.length + suffix.length && branch.startsWith(prefix) && branch.endsWith(suffix);
  });
}
