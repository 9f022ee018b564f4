import { join } from "node:path";

/**
 * The program that the runner starts under this name: the one in the directory AGENT_TOOLS when that is set, else the one
 * found on PATH, where a custom image's own, of another version, may come first.
 */
export function toolPath(env: Readonly<Record<string, string | undefined>>, name: "git" | "claude"): string {
  const directory = env.AGENT_TOOLS?.trim();
  return directory ? join(directory, name) : name;
}
