import { posix } from "node:path";
import * as esbuild from "esbuild";

/** One import of one file. */
export interface Import {
  /** Path of the importing file, relative to the workspace's root. */
  readonly from: string;
  /** What it imports, as it is written. */
  readonly to: string;
  /** `static` runs when the importing file does, `dynamic` when it asks for it, `type` never. */
  readonly kind: "static" | "dynamic" | "type";
}

/** Source files by path, relative to the workspace's root. */
export type Sources = ReadonlyMap<string, string>;

/** Every import of the given files, read by a parser. */
export async function importsOf(sources: Sources): Promise<Import[]> {
  const revealed = new Map([...sources].map(([path, source]) => [path, revealTypeImports(source)]));
  const [values, all] = await Promise.all([parse(sources), parse(revealed)]);
  const known = new Set(values.map(({ from, to }) => `${from}\n${to}`));
  return [
    ...values,
    ...all.flatMap((one) => (known.has(`${one.from}\n${one.to}`) ? [] : [{ ...one, kind: "type" as const }])),
  ];
}

/** The parser drops imports of types; without the word `type` it takes them for imports of values. */
function revealTypeImports(source: string): string {
  const statements = source.replace(/^(import|export) type (?=[\w$]+ from |[{*])/gm, "$1 ");
  const inline = [...source.matchAll(/\bimport\("([^"]+)"\)/g)].map(([, path]) => `import ${JSON.stringify(path)};`);
  return [statements, ...inline].join("\n");
}

async function parse(sources: Sources): Promise<Import[]> {
  const imports: Import[] = [];
  const recorder: esbuild.Plugin = {
    name: "record-imports",
    setup({ onResolve, onLoad }) {
      const namespace = "source";
      onResolve({ filter: /.*/ }, ({ path, importer, kind }) => {
        // Of a path that exists the bundler makes one that begins with "./".
        if (kind === "entry-point") return { path: posix.normalize(path), namespace };
        imports.push({ from: importer, to: path, kind: kind === "dynamic-import" ? "dynamic" : "static" });
        return { path, external: true };
      });
      onLoad({ filter: /.*/, namespace }, ({ path }) => {
        const contents = sources.get(path);
        return contents === undefined ? { errors: [{ text: "not among the sources" }] } : { contents, loader: "ts" };
      });
    },
  };
  await esbuild.build({
    entryPoints: [...sources.keys()],
    bundle: true,
    write: false,
    outdir: "nowhere",
    format: "esm",
    // Otherwise an import of which only types are used is dropped, though Node would run it.
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
    plugins: [recorder],
    logLevel: "silent",
  });
  return imports;
}
