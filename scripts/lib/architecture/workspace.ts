import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../build/paths.ts";
import type { Sources } from "./imports.ts";

/** What the rules look at. */
export interface Workspace {
  readonly sources: Sources;
  /** The packages of the workspace, by directory such as `packages/client`; the root's is `.`. */
  readonly packages: ReadonlyMap<string, Manifest>;
  /** Contents of the lockfiles, by path. */
  readonly lockfiles: Sources;
}

export interface Manifest {
  readonly name: string;
  readonly exports: readonly string[];
  readonly dependencies: ReadonlySet<string>;
  readonly devDependencies: ReadonlySet<string>;
}

/** The workspace as it is on disk. */
export async function readWorkspace(): Promise<Workspace> {
  const files = await walk(root, "");
  const matching = (pattern: RegExp) => files.filter((path) => pattern.test(path));
  const manifests = matching(/^(?:(?:packages\/[^/]+|e2e|bench)\/)?package\.json$/);
  return {
    sources: await readAll(matching(/^(?:packages\/[^/]+\/(?:src|test)|e2e|bench|scripts)\/.*\.ts$/)),
    packages: new Map(
      [...(await readAll(manifests))].map(([path, text]) => [
        path.replace(/\/?package\.json$/, "") || ".",
        parse(text),
      ]),
    ),
    lockfiles: await readAll(matching(/(?:^|\/)(?:pnpm-lock\.yaml|package-lock\.json|yarn\.lock)$/)),
  };
}

const skipped = new Set(["node_modules", "dist", "examples"]);

async function walk(base: string, directory: string): Promise<string[]> {
  const entries = await readdir(join(base, directory), { withFileTypes: true });
  const found = entries.map(async (entry) => {
    const path = directory === "" ? entry.name : `${directory}/${entry.name}`;
    if (entry.isFile()) return [path];
    return entry.isDirectory() && !skipped.has(entry.name) && !entry.name.startsWith(".") ? walk(base, path) : [];
  });
  return (await Promise.all(found)).flat().sort();
}

async function readAll(paths: readonly string[]): Promise<Sources> {
  return new Map(
    await Promise.all(
      paths.map(async (path): Promise<[string, string]> => [path, await readFile(join(root, path), "utf8")]),
    ),
  );
}

/** The fields of a package.json that the rules need. */
function parse(text: string): Manifest {
  const fields: Record<string, unknown> = JSON.parse(text);
  const keys = (field: unknown) => (typeof field === "object" && field !== null ? Object.keys(field) : []);
  const { name, exports, dependencies, optionalDependencies, devDependencies } = fields;
  return {
    name: String(name),
    exports: keys(exports),
    dependencies: new Set([...keys(dependencies), ...keys(optionalDependencies)]),
    devDependencies: new Set(keys(devDependencies)),
  };
}
