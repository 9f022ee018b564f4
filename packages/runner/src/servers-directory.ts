import { existsSync, realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { build } from "./build-info.ts";

/** Where the runner image has the servers. */
const installed = "/usr/local/lib/mcp/servers";

/** The directory that holds the bundles: the one given, else the installed one, else the one beside this program. */
export function serversDirectory(given: string | undefined): string {
  if (given !== undefined) return resolve(given);
  if (existsSync(installed)) return installed;
  const program = dirname(realpathSync(process.argv[1] ?? process.execPath));
  // Sources run from packages/runner/src, and bundles lie in the workspace's dist.
  return build === undefined ? join(program, "../../../dist/servers") : join(program, "servers");
}
