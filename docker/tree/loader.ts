import { overwrite } from "./elf.ts";

/** A path at which nothing is, short enough for where the loader has its files' names. */
const nothing = "/opt/agent/none";

/**
 * Makes Debian's loader look for libraries in one directory first, as if it had been built with that prefix: it reads no
 * cache and no preloads of the system that it runs on, whose libraries are made for another loader. What is not in that
 * directory, such as what a package for Node is linked to, is still found in /usr/lib.
 */
export function confineLoader(loader: Buffer, triplet: string, directory: string): void {
  for (const name of ["/etc/ld.so.cache", "/etc/ld.so.preload"]) {
    const offset = placeOf(loader, name);
    overwrite(loader, { offset, size: name.length + 1 }, nothing);
  }
  const standard = `/lib/${triplet}/`;
  // Its length is known to the loader: slashes fill it up.
  if (directory.length >= standard.length) throw new Error(`${directory} is longer than ${standard}`);
  loader.write(directory.padEnd(standard.length, "/"), placeOf(loader, standard), "latin1");
}

/** Where the loader has this text, whole. */
function placeOf(loader: Buffer, text: string): number {
  const found = loader.indexOf(`\0${text}\0`, 0, "latin1");
  if (found === -1) throw new Error(`this loader does not name ${text}`);
  return found + 1;
}
