/**
 * A name in what host names allow: lowercase letters, digits, and single dashes inside; cut to a length. What holds
 * neither letters nor digits of ASCII is the fallback.
 */
export function slugOf(name: string, { fallback, length }: { fallback: string; length: number }): string {
  // Not all of toLowerCase: that makes ASCII of some letters that are not.
  const lower = name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  const dashed = lower.replace(/[^a-z0-9]+/g, "-").replace(/^-/, "");
  return dashed.slice(0, length).replace(/-$/, "") || fallback;
}
