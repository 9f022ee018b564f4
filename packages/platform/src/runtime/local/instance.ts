import { createHash } from "node:crypto";
import { readdir, readFile, readlink, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { identify } from "../../db/embedded/process-table.ts";

/** Milliseconds after which what another machine left counts as left. */
const foreignAfter = 24 * 60 * 60 * 1000;

function digest(...parts: readonly string[]): string {
  return createHash("sha256").update(parts.join("\0")).digest("hex");
}

/** Where process ids mean what they mean here: this machine since it was started, this container. */
async function here(): Promise<string> {
  const boot = await readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => "");
  const container = await readlink("/proc/self/ns/pid").catch(() => "");
  return digest(hostname(), boot, container).slice(0, 4);
}

/** The name of one process's directory: where it runs, its id, and when it was started. Undefined when it is gone. */
async function nameOf(pid: number): Promise<string | undefined> {
  const identity = await identify(pid);
  return identity && `${await here()}-${pid}-${digest(identity.started).slice(0, 6)}`;
}

/** The directory below `parent` that is this process's own. */
export async function ownDirectory(parent: string): Promise<string> {
  return join(parent, (await nameOf(process.pid)) ?? String(process.pid));
}

/**
 * The directories below `parent` whose processes are gone. Of processes on other machines, which cannot be seen, none
 * lives when nobody shares `parent`; otherwise those count that have changed nothing for a day.
 */
export async function abandonedDirectories(parent: string, isShared: boolean): Promise<readonly string[]> {
  const names = await readdir(parent).catch(() => []);
  const home = await here();
  const checked = names.map(async (name) => {
    const path = join(parent, name);
    const [, where, pid] = /^([0-9a-f]{4})-(\d+)-[0-9a-f]{6}$/.exec(name) ?? [];
    if (where === home) return (await nameOf(Number(pid))) === name ? [] : [path];
    const changed = await stat(path).catch(() => undefined);
    return !isShared || (changed && Date.now() - changed.mtimeMs > foreignAfter) ? [path] : [];
  });
  return (await Promise.all(checked)).flat();
}
