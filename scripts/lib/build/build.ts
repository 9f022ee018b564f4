import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Bundle, bundle } from "./bundle.ts";
import { thirdPartyLicences } from "./licences.ts";
import { root } from "./paths.ts";
import { buildKey, currentStamp, readStamp, type Stamp, writeStamp } from "./stamp.ts";
import { findTargets } from "./targets.ts";
import { readVersion } from "./version.ts";
import { writeAtomically } from "./write-atomically.ts";

export interface BuildOptions {
  /** Where the files go. Default: `dist` in the workspace. */
  readonly outDir?: string;
  /** Called with one line at a time, without its newline. Nothing is reported when nothing is done. */
  readonly onProgress?: (line: string) => void;
}

export interface BuildResult {
  /** Absolute path of the directory that holds `runner.js` and `servers/`. */
  readonly outDir: string;
  /** Bytes of each file, by its path below `outDir`. */
  readonly files: Readonly<Record<string, number>>;
  /** False when what was there was up to date. */
  readonly rebuilt: boolean;
}

const licencesFile = "THIRD_PARTY_LICENSES";

/**
 * Bundles every program of the workspace into one file each, unless that was done and nothing has changed since. Safe
 * to run while the programs run, and twice at once.
 * @throws with esbuild's messages when the sources do not bundle; what was built before is then left as it was.
 */
export async function build({ outDir = join(root, "dist"), onProgress }: BuildOptions = {}): Promise<BuildResult> {
  const [targets, version] = await Promise.all([findTargets(), readVersion()]);
  const current = await currentStamp(outDir, targets, version);
  if (current !== undefined) return { outDir, files: current.outputs, rebuilt: false };

  onProgress?.(`bundling ${targets.length} programs`);
  const started = Date.now();
  const previous = await readStamp(outDir);
  const bundles = await Promise.all(targets.map((target) => bundle(target, version)));
  const inputs = [...new Set(bundles.flatMap((one) => one.inputs))].filter((path) => !path.includes(":")).sort();
  const files = await writeBundles(outDir, bundles, await thirdPartyLicences(inputs));

  const stamp: Stamp = { key: await buildKey(targets, version, inputs), inputs, outputs: files };
  // A source that was saved meanwhile may be in the key as it is now and in the bundle as it was.
  if (!(await changedSince(started, inputs))) await writeStamp(outDir, stamp);
  const gone = Object.keys(previous?.outputs ?? {}).filter((path) => files[path] === undefined);
  await Promise.all(gone.map((path) => rm(join(outDir, path), { force: true })));
  return { outDir, files, rebuilt: true };
}

async function writeBundles(
  outDir: string,
  bundles: readonly Bundle[],
  licences: string,
): Promise<Record<string, number>> {
  const sizes: Record<string, number> = {};
  const write = async (path: string, contents: Uint8Array | string, mode: number) => {
    await writeAtomically(join(outDir, path), contents, mode);
    sizes[path] = Buffer.byteLength(contents);
  };
  for (const { path, contents } of bundles.flatMap((one) => one.files)) {
    await write(path, contents, path.endsWith(".map") ? 0o644 : 0o755);
  }
  await write(licencesFile, licences, 0o644);
  return sizes;
}

async function changedSince(time: number, inputs: readonly string[]): Promise<boolean> {
  const changes = await Promise.all(
    inputs.map((path) =>
      stat(join(root, path)).then(
        ({ mtimeMs }) => mtimeMs >= time,
        () => true,
      ),
    ),
  );
  return changes.some(Boolean);
}
