import { read } from "./host.ts";

/** The mirror of Debian that this machine itself uses, wherever its apt is told of it; undefined when it uses none. */
export async function debianMirror(): Promise<string | undefined> {
  const ask = (...args: readonly string[]) => read("apt-get", args).catch(() => "");
  const known = await ask("indextargets", "--format", "$(ORIGIN)|$(LABEL)|$(COMPONENT)|$(SITE)");
  return mirrorAmong(known) ?? mirrorToBe(await ask("update", "--print-uris"));
}

/** @param targets a line of each index that apt has fetched: `ORIGIN|LABEL|COMPONENT|SITE` */
export function mirrorAmong(targets: string): string | undefined {
  return /^Debian\|Debian\|main\|(.+)$/m.exec(targets)?.[1];
}

/**
 * What apt has not fetched yet is known by its address alone.
 * @param files a line of each file that it would fetch, which begins with its address in quotes
 */
export function mirrorToBe(files: string): string | undefined {
  return /^'(\S+\/debian)\/dists\//m.exec(files)?.[1];
}
