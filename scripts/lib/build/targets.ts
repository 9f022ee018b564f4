import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { root } from "./paths.ts";

/** A program to bundle. */
export interface Target {
  /** Absolute path of its main module. */
  readonly entry: string;
  /** Where the bundle goes, below the output directory. */
  readonly output: string;
}

/** Every program of the workspace that is shipped as one file: the servers there are, and the runner. */
export async function findTargets(): Promise<Target[]> {
  const packages = (await readdir(join(root, "packages"))).sort();
  return packages.flatMap((name) => {
    const entry = join(root, "packages", name, "src", "main.ts");
    const output = outputOf(name);
    return output === undefined || !existsSync(entry) ? [] : [{ entry, output }];
  });
}

function outputOf(packageName: string): string | undefined {
  if (packageName === "runner") return "runner.js";
  const domain = /^server-(?!kit$)(.+)$/.exec(packageName)?.[1];
  return domain === undefined ? undefined : `servers/platform-${domain}.js`;
}
