import { createReadStream } from "node:fs";
import { mkdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { show } from "../../scripts/lib/image/host.ts";
import type { RunnerImage } from "./runner-image.ts";

/** A layer that holds files. */
export interface Layer {
  /** The instruction that made it. */
  readonly madeBy: string;
  readonly bytes: number;
  /** As it is sent to whoever pulls it. */
  readonly compressedBytes: number;
}

/** The layers of an image, the lowest first. */
export async function imageLayers({ engine, directory }: RunnerImage, tag: string): Promise<Layer[]> {
  const saved = join(directory, "saved");
  await mkdir(saved);
  try {
    await show(engine.docker, ["save", "--output", join(saved, "image.tar"), tag], engine.env);
    await show("tar", ["-xf", join(saved, "image.tar"), "-C", saved]);
    const [{ Config, Layers }] = JSON.parse(await readFile(join(saved, "manifest.json"), "utf8"));
    const { history } = JSON.parse(await readFile(join(saved, Config), "utf8"));
    const makers: { created_by: string }[] = history.filter((made: { empty_layer?: boolean }) => !made.empty_layer);
    const layers: Layer[] = [];
    for (const [index, layer] of Layers.entries()) {
      const path = join(saved, layer);
      layers.push({
        madeBy: shown(makers[index]?.created_by ?? ""),
        bytes: (await stat(path)).size,
        compressedBytes: await compressed(path),
      });
    }
    return layers;
  } finally {
    await rm(saved, { recursive: true });
  }
}

async function compressed(path: string): Promise<number> {
  let bytes = 0;
  await pipeline(createReadStream(path), createGzip(), async (chunks) => {
    for await (const chunk of chunks) bytes += chunk.length;
  });
  return bytes;
}

function shown(instruction: string): string {
  const line = instruction
    .replace(/^RUN \/bin\/sh -c |# buildkit$/g, "")
    .replace(/\s+/g, " ")
    .trim();
  return line.length > 50 ? `${line.slice(0, 50)}…` : line;
}
