import { join } from "node:path";
import { build } from "../../scripts/lib/build/build.ts";

/** The directory of the servers' bundles, built from the sources as they are now. */
export async function serverBundles(): Promise<string> {
  const { outDir } = await build();
  return join(outDir, "servers");
}

/** The path of one server's bundle, such as `platform-core`, built from the sources as they are now. */
export async function serverBundle(name: string): Promise<string> {
  return join(await serverBundles(), `${name}.js`);
}
