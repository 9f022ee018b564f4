import { createHash } from "node:crypto";

/** A name that is told apart from others like it by a suffix made of what it is for; cut so that both fit in a length. */
export function suffixed(name: string, of: string, { digits, length }: { digits: number; length: number }): string {
  const suffix = createHash("sha256").update(of).digest("hex").slice(0, digits);
  return `${name.slice(0, length - digits - 1).replace(/-+$/, "")}-${suffix}`;
}
