import { join } from "node:path";
import { build } from "../build/build.ts";
import { root } from "../build/paths.ts";
import { readVersion } from "../build/version.ts";
import type { BaseImages } from "./base-images.ts";
import type { Engine } from "./engine.ts";
import { show } from "./host.ts";

interface ImageOptions {
  readonly engine: Engine;
  readonly bases: Pick<BaseImages, "node" | "debian">;
  readonly tag: string;
}

/** Builds the runner's image from this work tree. */
export async function buildImage(options: ImageOptions): Promise<void> {
  await build();
  await buildFile("claude-runner", options);
}

/** Builds the platform's image from this work tree. */
export async function buildPlatformImage(options: ImageOptions): Promise<void> {
  await buildFile("platform", options);
}

/** @param name of `docker/Dockerfile.NAME` */
async function buildFile(name: string, { engine, bases, tag }: ImageOptions): Promise<void> {
  const { version, commit } = await readVersion();
  const values = { NODE: bases.node, BASE: bases.debian, VERSION: version, COMMIT: commit };
  await show(
    engine.docker,
    [
      ...["build", "--quiet", "--network=host", "--tag", tag],
      ...Object.entries(values).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]),
      ...["--file", join(root, `docker/Dockerfile.${name}`), root],
    ],
    engine.env,
  );
}
