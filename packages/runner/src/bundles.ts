import { access } from "node:fs/promises";
import { bundlePath } from "./mcp-config.ts";
import type { Domain } from "./roles.ts";
import { RunnerError } from "./runner-error.ts";

/** Which of some servers an installation has. */
export interface Bundles {
  readonly present: readonly Domain[];
  readonly missing: readonly Domain[];
}

/** Looks for the bundles of these servers in a directory. */
export async function findBundles(serversDir: string, domains: readonly Domain[]): Promise<Bundles> {
  const found = await Promise.all(
    domains.map((domain) =>
      access(bundlePath(serversDir, domain)).then(
        () => true,
        () => false,
      ),
    ),
  );
  return {
    present: domains.filter((_, index) => found[index]),
    missing: domains.filter((_, index) => !found[index]),
  };
}

/** @throws RunnerError that names the missing files, when there are any */
export function requireBundles(serversDir: string, missing: readonly Domain[]): void {
  if (missing.length === 0) return;
  const paths = missing.map((domain) => bundlePath(serversDir, domain)).join(", ");
  throw new RunnerError(
    "configuration",
    `missing: ${paths} (--servers names another directory, --allow-missing goes without)`,
  );
}
