import { readFile } from "node:fs/promises";

/** The mirror that this machine itself uses; undefined when its apt names none in debian.sources. */
export async function debianMirror(): Promise<string | undefined> {
  const sources = await readFile("/etc/apt/sources.list.d/debian.sources", "utf8").catch(() => "");
  return /^URIs:\s*(\S+)/m.exec(sources)?.[1];
}
