import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Repository } from "../repository.ts";

/** No push takes longer, in milliseconds. */
const abandonedAfter = 24 * 60 * 60 * 1000;

/**
 * Removes what pushes whose git was killed have left in a repository: objects that were never accepted, and marks that
 * keep a pack from being repacked.
 */
export async function removeLeftovers({ path }: Repository): Promise<void> {
  const objects = join(path, "objects");
  const packs = join(objects, "pack");
  const quarantines = (await entries(objects)).filter((name) => name.startsWith("tmp_objdir-"));
  const keeps = (await entries(packs)).filter((name) => name.endsWith(".keep"));
  for (const directory of quarantines.map((name) => join(objects, name))) {
    if (await isAbandoned(directory)) await rm(directory, { recursive: true, force: true });
  }
  for (const file of keeps.map((name) => join(packs, name))) {
    // Others may keep a pack for good; a push says that it was one.
    const isOfPush = (await readFile(file, "utf8").catch(() => "")).startsWith("receive-pack ");
    if (isOfPush && (await isAbandoned(file))) await rm(file, { force: true });
  }
}

async function entries(directory: string): Promise<string[]> {
  return await readdir(directory).catch(() => []);
}

async function isAbandoned(path: string): Promise<boolean> {
  const info = await stat(path).catch(() => undefined);
  return info !== undefined && Date.now() - info.mtimeMs > abandonedAfter;
}
