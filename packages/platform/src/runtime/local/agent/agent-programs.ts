import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { StartError } from "../../runtime.ts";

/** What an agent is made of on this machine. */
export interface AgentPrograms {
  /** The runner's bundle. */
  readonly runner: string;
  /** The directory of the servers' bundles. */
  readonly servers: string;
  /** The PATH on which Claude Code is. */
  readonly path: string;
}

/** @throws StartError that says what to install */
export async function findPrograms(bundles: string, path: string): Promise<AgentPrograms> {
  const runner = join(bundles, "runner.js");
  const servers = join(bundles, "servers");
  for (const file of [runner, servers]) {
    if (await isThere(file, constants.R_OK)) continue;
    throw new StartError(`${file} is missing: run \`pnpm build\` where this platform is installed (pnpm start does)`);
  }
  const directories = path.split(delimiter).filter((directory) => directory !== "");
  const found = await Promise.all(directories.map((directory) => isThere(join(directory, "claude"), constants.X_OK)));
  if (found.includes(true)) return { runner, servers, path };
  throw new StartError(
    "Claude Code is not installed where the platform runs: there is no `claude` on its PATH " +
      "(npm install --global @anthropic-ai/claude-code, and start the platform again)",
  );
}

function isThere(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}
