/** What undici, and so every server, needs. */
const minimum = [22, 19] as const;

/** The reason why this Node cannot be used; undefined when it can. */
function nodeProblem(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > minimum[0] || (major === minimum[0] && minor >= minimum[1])) return undefined;
  return `Node ${version} is too old: ${minimum.join(".")} or newer is needed. On Linux, pnpm install brings one; elsewhere install it and run this again.`;
}

/** Ends the process with one line when this Node cannot be used; to be called before what would not even load on it. */
export function requireNode(command: string): void {
  const problem = nodeProblem(process.versions.node);
  if (problem === undefined) return;
  process.stderr.write(`${command}: ${problem}\n`);
  process.exit(1);
}
