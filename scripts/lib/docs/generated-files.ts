import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { definitionJsonSchema } from "@platform-mcp/platform";
import { root } from "../build/paths.ts";
import { writeAtomically } from "../build/write-atomically.ts";
import { readReference } from "./read-reference.ts";
import { toolReference } from "./tool-reference.ts";

/** The files that are made from what they describe, by their path below the workspace's root. */
const generated: Readonly<Record<string, () => Promise<string>>> = {
  "docs/tools.md": async () => toolReference(await readReference()),
  "docs/platform-yaml.schema.json": async () => `${JSON.stringify(definitionJsonSchema, null, 2)}\n`,
};

/** The generated files. */
export const generatedFiles: readonly string[] = Object.keys(generated);

/** Those of the generated files that are not what would be written. */
export async function staleFiles(): Promise<readonly string[]> {
  const files = Object.entries(generated).map(async ([path, make]) => {
    const written = await readFile(join(root, path), "utf8").catch(() => undefined);
    return written === (await make()) ? [] : [path];
  });
  return (await Promise.all(files)).flat();
}

/** Writes the generated files. */
export async function generate(): Promise<void> {
  for (const [path, make] of Object.entries(generated)) await writeAtomically(join(root, path), await make(), 0o644);
}
