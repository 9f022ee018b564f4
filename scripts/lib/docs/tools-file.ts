import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../build/paths.ts";
import { writeAtomically } from "../build/write-atomically.ts";
import { readReference } from "./read-reference.ts";
import { toolReference } from "./tool-reference.ts";

/** The generated file, by its path below the workspace's root. */
export const toolsFile = "docs/tools.md";

/** Whether `docs/tools.md` says what the servers are now. */
export async function isCurrent(): Promise<boolean> {
  const [written, current] = await Promise.all([
    readFile(join(root, toolsFile), "utf8").catch(() => undefined),
    readReference().then(toolReference),
  ]);
  return written === current;
}

/** Writes `docs/tools.md`. */
export async function generate(): Promise<void> {
  await writeAtomically(join(root, toolsFile), toolReference(await readReference()), 0o644);
}
