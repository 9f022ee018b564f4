import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundle } from "../../../scripts/lib/build/bundle.ts";

const entry = join(import.meta.dirname, "../../../packages/server-kit/src/testing/fixture-server.ts");

/** Bundles a server that has tools of every kind, as servers are bundled; gives its path, in a directory of its own. */
export async function fixtureBundle(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "fixture-server-"));
  const target = { entry, output: "platform-fixture.js" };
  const { files } = await bundle(target, { version: "0.0.0", commit: "fixture" });
  await Promise.all(files.map(({ path, contents }) => writeFile(join(directory, path), contents)));
  return join(directory, target.output);
}
