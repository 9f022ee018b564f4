import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { root } from "./paths.ts";
import type { Target } from "./targets.ts";
import type { Version } from "./version.ts";
import { writeAtomically } from "./write-atomically.ts";

/** What a build was made from and what it wrote: kept beside it to tell whether another would differ. */
export interface Stamp {
  /** Hash of everything that the build depends on. */
  readonly key: string;
  /** The files that went into bundles, relative to the workspace's root. */
  readonly inputs: readonly string[];
  /** Bytes of each file written, by its path below the output directory. */
  readonly outputs: Readonly<Record<string, number>>;
}

const file = ".stamp.json";

/** Hash of the given files and of all else that decides what a build writes. */
export async function buildKey(
  targets: readonly Target[],
  version: Version,
  inputs: readonly string[],
): Promise<string> {
  const paths = [...new Set([...inputs, ...(await configuration())])].sort();
  const contents = await Promise.all(paths.map((path) => readFile(join(root, path)).catch(() => "gone")));
  const hash = createHash("sha256").update(JSON.stringify([targets.map(({ output }) => output), version, paths]));
  for (const content of contents) hash.update(createHash("sha256").update(content).digest());
  return hash.digest("hex");
}

/** What decides how imports are resolved and code is bundled. */
async function configuration(): Promise<string[]> {
  const [packages, builder] = await Promise.all([
    readdir(join(root, "packages")),
    readdir(join(root, "scripts/lib/build")),
  ]);
  return [
    "pnpm-lock.yaml",
    "tsconfig.json",
    "tsconfig.base.json",
    ...packages.map((name) => `packages/${name}/package.json`),
    ...builder.map((name) => `scripts/lib/build/${name}`),
  ];
}

/** The stamp of the build in this directory, if that build is complete and nothing it depends on has changed. */
export async function currentStamp(
  outDir: string,
  targets: readonly Target[],
  version: Version,
): Promise<Stamp | undefined> {
  const stamp = await readStamp(outDir);
  if (stamp === undefined) return undefined;
  const [key, whole] = await Promise.all([buildKey(targets, version, stamp.inputs), outputsThere(outDir, stamp)]);
  return whole && key === stamp.key ? stamp : undefined;
}

async function outputsThere(outDir: string, { outputs }: Stamp): Promise<boolean> {
  const there = Object.entries(outputs).map(([path, bytes]) =>
    stat(join(outDir, path)).then(
      ({ size }) => size === bytes,
      () => false,
    ),
  );
  return (await Promise.all(there)).every(Boolean);
}

/** The stamp that lies in a directory; undefined when there is none that can be read. */
export async function readStamp(outDir: string): Promise<Stamp | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(join(outDir, file), "utf8"));
    return isStamp(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isStamp(value: unknown): value is Stamp {
  return (
    typeof value === "object" &&
    value !== null &&
    "key" in value &&
    typeof value.key === "string" &&
    "inputs" in value &&
    Array.isArray(value.inputs) &&
    value.inputs.every((path) => typeof path === "string") &&
    "outputs" in value &&
    typeof value.outputs === "object" &&
    value.outputs !== null &&
    Object.values(value.outputs).every((bytes) => typeof bytes === "number")
  );
}

export async function writeStamp(outDir: string, stamp: Stamp): Promise<void> {
  await writeAtomically(join(outDir, file), JSON.stringify(stamp), 0o644);
}
