import manifest from "./packages/package.json" with { type: "json" };

export interface Release {
  readonly version: string;
  /** The directory of its files under `node_modules`. */
  readonly alias: string;
}

const specifiers: Readonly<Record<string, string>> = manifest.dependencies;

function byNumber(left: Release, right: Release): number {
  return left.version.localeCompare(right.version, "en", { numeric: true });
}

/** The releases of a package that `packages/package.json` lists, oldest first. */
export function releasesOf(name: string): Release[] {
  const prefix = `npm:${name}@`;
  return Object.entries(specifiers)
    .filter(([, specifier]) => specifier.startsWith(prefix))
    .map(([alias, specifier]) => ({ version: specifier.slice(prefix.length), alias }))
    .sort(byNumber);
}
