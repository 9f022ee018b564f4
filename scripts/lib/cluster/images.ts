import { join } from "node:path";
import { baseImages, buildFrom } from "../image/base-images.ts";
import { buildImage } from "../image/build-image.ts";
import type { Engine } from "../image/engine.ts";
import type { ClusterImages } from "./cluster.ts";

/** What holds a pod's network: it waits, and need not be asked to end. */
const pauseFile = (base: string) => `FROM ${base}\nSTOPSIGNAL SIGKILL\nENTRYPOINT ["sleep", "infinity"]\n`;

/** Builds the images of a throwaway cluster in its own engine. */
export async function buildImages(
  engine: Engine,
  directory: string,
  say: (line: string) => void,
): Promise<ClusterImages & { readonly pause: string }> {
  const bases = await baseImages(engine, directory, say);
  const runner = "platform-claude-runner:test";
  const pause = "platform-test/pause:1";
  await buildFrom(engine, join(directory, "pause"), pause, pauseFile(bases.debian));
  await buildImage({ engine, bases, tag: runner });
  return { runner, pause, python: runner };
}
