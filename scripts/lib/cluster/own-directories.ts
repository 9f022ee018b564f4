import { access, mkdir, readFile } from "node:fs/promises";
import type { HostChanges } from "../host/host-changes.ts";

/**
 * Where every kubelet keeps the logs of its pods and more, and tidies up what is not its own: those of two would end each
 * other's logs.
 */
const shared = ["/var/log", "/var/lib/kubelet", "/var/lib/dockershim"];

/**
 * How a program is started that sees empty directories of its own in their place, and whose mounts nobody else sees: what
 * comes before its name.
 */
export async function withOwnDirectories(changes: HostChanges): Promise<readonly string[]> {
  for (const directory of shared) {
    const exists = await access(directory).then(
      () => true,
      () => false,
    );
    if (exists) continue;
    changes.willUndo(`rmdir ${directory}`);
    await mkdir(directory);
  }
  const mounts = shared.map((directory) => `mount -t tmpfs tmpfs ${directory}`).join("; ");
  return ["unshare", "--mount", "--propagation=private", "sh", "-ec", `${mounts}; exec "$@"`, "sh"];
}

/** How a program is started that sees what the process sees whose id is in this file. */
export async function besideProcess(pidFile: string): Promise<readonly string[]> {
  return ["nsenter", `--mount=/proc/${(await readFile(pidFile, "utf8")).trim()}/ns/mnt`];
}
