import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { root } from "../build/paths.ts";

/** Texts by their path below the workspace's root. */
export type Texts = ReadonlyMap<string, string>;

/** What the rules about documents look at. */
export interface Documentation {
  readonly documents: Texts;
  /** Everything that tells people or programs which pnpm to run. */
  readonly instructions: Texts;
  /** The names of the root package's scripts. */
  readonly scripts: ReadonlySet<string>;
  /** Whether a path below the root, or a pattern of paths, names something. */
  exists(pattern: string): Promise<boolean>;
}

/** Documents that there must be. */
const required = [
  "README.md",
  "AGENTS.md",
  "CONTRIBUTING.md",
  "docs/architecture.md",
  "docs/pipelines.md",
  "docs/tools.md",
];

const manifest = z.object({ scripts: z.record(z.string(), z.string()) });

/** The documents of the workspace as they are on disk. @throws when one that must be there is not */
export async function readDocumentation(): Promise<Documentation> {
  const documents = await readAll([...required, ...(await find(["docs/**/*.md"]))]);
  const programs = await find([".ci/*", ".github/workflows/*", "{e2e,scripts}/**/*.ts", "package.json"]);
  const { scripts } = manifest.parse(JSON.parse(await readFile(join(root, "package.json"), "utf8")));
  return {
    documents,
    instructions: new Map([...documents, ...(await readAll(programs))]),
    scripts: new Set(Object.keys(scripts)),
    exists: async (pattern) => (await find([pattern])).length > 0,
  };
}

async function find(patterns: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for await (const path of glob(patterns, { cwd: root, exclude: ["**/node_modules", "**/.cache"] })) found.push(path);
  return found;
}

async function readAll(paths: readonly string[]): Promise<Texts> {
  const entries = [...new Set(paths)]
    .sort()
    .map(async (path) => [path, await readFile(join(root, path), "utf8")] as const);
  return new Map(await Promise.all(entries));
}
