import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../build/paths.ts";
import { baseImages, buildFrom } from "../image/base-images.ts";
import { buildImage } from "../image/build-image.ts";
import type { Engine } from "../image/engine.ts";
import { pythonImage } from "../image/other-images.ts";
import type { ClusterImages } from "./cluster.ts";
import { webImages } from "./web-images.ts";

/** What holds a pod's network: it waits, and need not be asked to end. */
const pauseFile = (base: string) => `FROM ${base}\nSTOPSIGNAL SIGKILL\nENTRYPOINT ["sleep", "infinity"]\n`;

const standInFile = (runner: string) => `FROM ${runner}\nCOPY --chmod=755 claude /opt/agent/bin/claude\n`;

/** Builds the images of a throwaway cluster in its own engine. */
export async function buildImages(
  engine: Engine,
  directory: string,
  say: (line: string) => void,
): Promise<{ readonly [Name in keyof ClusterImages]-?: string } & { readonly pause: string }> {
  const bases = await baseImages(engine, directory, say);
  const runner = "platform-claude-runner:test";
  const pause = "platform-test/pause:1";
  await buildFrom(engine, join(directory, "pause"), pause, pauseFile(bases.debian));
  await buildImage({ engine, bases, tag: runner });
  const standIn = "platform-claude-runner:stand-in";
  await buildFrom(engine, join(directory, "stand-in"), standIn, standInFile(runner), (context) =>
    copyFile(join(root, "e2e/injection/stand-in-claude.sh"), join(context, "claude")),
  );
  const python = await pythonImage(engine, bases, directory);
  return { runner, pause, standIn, python, web: await webImages(engine, python, join(directory, "web")) };
}
