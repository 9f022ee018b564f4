import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BaseImages, baseImages } from "../../scripts/lib/image/base-images.ts";
import { buildImage } from "../../scripts/lib/image/build-image.ts";
import { type Engine, knownEngine } from "../../scripts/lib/image/engine.ts";

/** The runner's image of this work tree, in the engine of this machine. */
export interface RunnerImage extends AsyncDisposable {
  readonly engine: Engine;
  readonly bases: BaseImages;
  readonly tag: string;
  /** For files, for as long as the image is used. */
  readonly directory: string;
}

/** Why there can be none here; undefined when there can. */
export async function noRunnerImage(): Promise<string | undefined> {
  return (await knownEngine()) === undefined ? "no container engine answers here" : undefined;
}

export async function openRunnerImage(): Promise<RunnerImage> {
  const engine = await knownEngine();
  if (engine === undefined) throw new Error("no container engine answers here");
  const directory = await mkdtemp(join(tmpdir(), "bench-image-"));
  const dispose = () => rm(directory, { recursive: true, force: true });
  try {
    const bases = await baseImages(engine, directory, (line) => process.stderr.write(`bench: ${line}\n`));
    const tag = "platform-claude-runner:bench";
    await buildImage({ engine, bases, tag });
    return { engine, bases, tag, directory, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}
