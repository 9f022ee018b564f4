/** What is wrong with the path of an artifact, written from the root of the work tree; undefined when nothing is. */
export function artifactPathProblem(path: string): string | undefined {
  if (path.startsWith("/") || /^[a-z]:/i.test(path)) return "must be a path in the work tree, not an absolute one";
  if (path.includes("\\")) return "must be written with '/'";
  if (/[*?]/.test(path)) return "must name one file or directory: '*' and '?' stand for nothing else here";
  if (/\p{Cc}/u.test(path)) return "must not hold control characters";
  const parts = partsOf(path);
  if (parts.includes("..")) return "must not leave the work tree by '..'";
  if (parts.length === 0) return "must name a file or a directory in the work tree, not all of it";
  if (parts[0]?.toLowerCase() === ".git") return "must not be in '.git'";
  return undefined;
}

/** The path without what means nothing, such as `./` before it or `/` after it. */
export function normaliseArtifactPath(path: string): string {
  return partsOf(path).join("/");
}

function partsOf(path: string): readonly string[] {
  return path.split("/").filter((part) => part !== "" && part !== ".");
}
