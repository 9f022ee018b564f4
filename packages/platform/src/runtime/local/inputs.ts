import { createWriteStream } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { StartError, type StepInput } from "../runtime.ts";
import { extractTar } from "./tar.ts";
import { namesIn, obstacleOn } from "./tree-path.ts";

/**
 * Puts what earlier steps left into a work tree in which nothing runs yet, in place of what was checked out there. A
 * directory is replaced as a whole, so that no link in it can lead an archive's files elsewhere.
 *
 * @throws StartError for a path that leads out of the work tree, itself or by a link that was checked out
 */
export async function putInputs(tree: string, inputs: readonly StepInput[], signal: AbortSignal): Promise<void> {
  for (const input of inputs) await putInput(tree, input, signal);
}

async function putInput(tree: string, input: StepInput, signal: AbortSignal): Promise<void> {
  const names = namesIn(input.path);
  if (names === undefined || names.length === 0) {
    throw new StartError(`The artifact path ${input.path} is outside of the work tree`);
  }
  if ((await obstacleOn(tree, names.slice(0, -1))) !== undefined) {
    throw new StartError(`The artifact path ${input.path} leads through a link or a file of the repository`);
  }
  const path = join(tree, ...names);
  await rm(path, { recursive: true, force: true });
  await mkdir(dirname(path), { recursive: true });
  if (input.kind === "file") {
    await pipeline(input.open(), createWriteStream(path, { flags: "wx" }), { signal });
  } else {
    await mkdir(path);
    await extractTar(input.open(), path, signal);
  }
}
