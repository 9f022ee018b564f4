import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { baseImage } from "../image/base-image.ts";
import { buildImage } from "../image/build-image.ts";
import type { Engine } from "../image/engine.ts";
import { show } from "../image/host.ts";
import type { ClusterImages } from "./cluster.ts";

/** What holds a pod's network: it waits, and need not be asked to end. */
const pauseFile = (base: string) => `FROM ${base}\nSTOPSIGNAL SIGKILL\nENTRYPOINT ["sleep", "infinity"]\n`;

/** Builds the images of a throwaway cluster in its own engine. */
export async function buildImages(
  engine: Engine,
  directory: string,
  say: (line: string) => void,
): Promise<ClusterImages & { readonly pause: string }> {
  const base = await baseImage(engine, directory, say);
  const runner = "platform-claude-runner:test";
  const pause = "platform-test/pause:1";
  await buildFrom(engine, join(directory, "pause"), pause, pauseFile(base));
  await buildImage({ engine, base, tag: runner });
  return { runner, pause, python: runner };
}

async function buildFrom(engine: Engine, context: string, tag: string, dockerfile: string): Promise<void> {
  await mkdir(context, { recursive: true });
  await writeFile(join(context, "Dockerfile"), dockerfile);
  await show(engine.docker, ["build", "--quiet", "--network=host", "--tag", tag, context], engine.env);
}
