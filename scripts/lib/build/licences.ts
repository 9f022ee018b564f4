import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "./paths.ts";

/** An npm package of which some file is inside a bundle. */
interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** The text of its licence file, or else the licence that its package.json declares. */
  readonly licence: string;
}

/**
 * The names, versions and licences of every npm package that the given files come from, each once.
 * @throws when a package states no licence at all: its code must not be passed on.
 */
export async function thirdPartyLicences(inputs: Iterable<string>): Promise<string> {
  const directories = [...new Set([...inputs].flatMap((path) => packageDirectory(path) ?? []))];
  const packages = await Promise.all(directories.map(readPackage));
  const sorted = packages.sort((a, b) => (`${a.name} ${a.version}` < `${b.name} ${b.version}` ? -1 : 1));
  const line = "=".repeat(100);
  const sections = sorted.map(({ name, version, licence }) => `${line}\n${name} ${version}\n${line}\n\n${licence}\n`);
  return `What follows is inside the programs beside this file, under the licences given.\n\n${sections.join("\n")}`;
}

/** The directory of the package that a file belongs to, relative to the root; undefined for the workspace's own files. */
export function packageDirectory(path: string): string | undefined {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0];
}

async function readPackage(directory: string): Promise<BundledPackage> {
  const path = join(root, directory);
  const manifest: unknown = JSON.parse(await readFile(join(path, "package.json"), "utf8"));
  const name = field(manifest, "name") ?? directory;
  const version = field(manifest, "version") ?? "";
  const licence = (await licenceText(path)) ?? field(manifest, "license");
  if (licence === undefined) throw new Error(`${name} ${version} is bundled but states no licence`);
  return { name, version, licence };
}

async function licenceText(directory: string): Promise<string | undefined> {
  const files = (await readdir(directory)).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file)).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(directory, file), "utf8")));
  return texts.length === 0 ? undefined : texts.map((text) => text.trim()).join("\n\n");
}

function field(manifest: unknown, key: "name" | "version" | "license"): string | undefined {
  if (typeof manifest !== "object" || manifest === null) return undefined;
  const value = Object.entries(manifest).find(([name]) => name === key)?.[1];
  return typeof value === "string" && value !== "" ? value : undefined;
}
