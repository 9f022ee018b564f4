import { invalid } from "../problem.ts";

/**
 * A path as git's trees spell it: `./src//main.c` is `src/main.c`, and the root is "".
 * Throws `Problem` 400 for `..` and NUL, which no path in a tree can hold.
 */
export function treePath(path: string): string {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..") || path.includes("\0")) throw invalid("path", "is not a valid path");
  return parts.join("/");
}
