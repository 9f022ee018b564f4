import { isBuiltin } from "node:module";
import { join } from "node:path";
import * as esbuild from "esbuild";
import { root } from "./paths.ts";
import type { Target } from "./targets.ts";
import type { Version } from "./version.ts";
import { withoutJsonSchemaValidator } from "./without-json-schema-validator.ts";

/**
 * A `.js` file is CommonJS or a module depending on the package.json files above it. This wrapper runs as either: it
 * makes its own `require`, which only ever loads what is built into Node.
 */
const prologue = [
  "#!/usr/bin/env node",
  '"use strict";(()=>{const require=process.getBuiltinModule("node:module").createRequire(process.execPath),module={exports:{}};',
].join("\n");
const epilogue = "})();";

export interface Bundle {
  readonly target: Target;
  readonly files: readonly { readonly path: string; readonly contents: Uint8Array }[];
  /** Paths of all that went in, relative to the workspace's root. */
  readonly inputs: readonly string[];
}

/** Bundles one program in memory. @throws with esbuild's messages, or when something is left outside the bundle. */
export async function bundle(target: Target, version: Version): Promise<Bundle> {
  const { outputFiles, metafile } = await esbuild.build({
    absWorkingDir: root,
    entryPoints: [target.entry],
    outfile: join(root, "dist", target.output),
    bundle: true,
    write: false,
    metafile: true,
    platform: "node",
    target: "node22",
    format: "cjs",
    minify: true,
    sourcemap: "linked",
    sourcesContent: false,
    // import() in CommonJS starts Node's module loader, 20 ms even for a built-in; require() does not.
    supported: { "dynamic-import": false },
    define: { PLATFORM_MCP_BUILD: JSON.stringify(version) },
    banner: { js: prologue },
    footer: { js: epilogue },
    plugins: [withoutJsonSchemaValidator],
    logLevel: "silent",
  });
  const outside = Object.values(metafile.outputs)
    .flatMap(({ imports }) => imports)
    .filter(({ path, external }) => external && !isBuiltin(path));
  if (outside.length > 0) {
    throw new Error(`${target.output} would need at run time: ${outside.map(({ path }) => path).join(", ")}`);
  }
  return {
    target,
    files: outputFiles.map(({ path, contents }) => ({
      path: path.endsWith(".map") ? `${target.output}.map` : target.output,
      contents,
    })),
    inputs: Object.keys(metafile.inputs),
  };
}
