import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { definitionJsonSchema } from "@platform-mcp/platform";
import { root } from "../build/paths.ts";
import { writeAtomically } from "../build/write-atomically.ts";
import { readReference } from "./read-reference.ts";
import { refusedTools } from "./refused-tools.ts";
import type { ToolReference } from "./tool-docs.ts";
import { toolReference } from "./tool-reference.ts";

type Reference = () => Promise<ToolReference>;

/** The files that are made from what they describe, by their path below the workspace's root. */
const generated: Readonly<Record<string, (reference: Reference) => Promise<string>>> = {
  "docs/tools.md": async (reference) => toolReference(await reference()),
  "docs/platform-yaml.schema.json": async () => asJson(definitionJsonSchema),
  "packages/platform/src/sessions/refused-tools.json": async (reference) => asJson(refusedTools(await reference())),
};

/** The generated files. */
export const generatedFiles: readonly string[] = Object.keys(generated);

/** What would be written, by path. */
async function contents(): Promise<ReadonlyMap<string, string>> {
  let reading: Promise<ToolReference> | undefined;
  const reference = () => {
    reading ??= readReference();
    return reading;
  };
  const files = Object.entries(generated).map(async ([path, make]) => [path, await make(reference)] as const);
  return new Map(await Promise.all(files));
}

/** Those of the generated files that are not what would be written. */
export async function staleFiles(): Promise<readonly string[]> {
  const files = [...(await contents())].map(async ([path, content]) => {
    const written = await readFile(join(root, path), "utf8").catch(() => undefined);
    return written === content ? [] : [path];
  });
  return (await Promise.all(files)).flat();
}

/** Writes the generated files. */
export async function generate(): Promise<void> {
  for (const [path, content] of await contents()) await writeAtomically(join(root, path), content, 0o644);
}

function asJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
