import { access, readFile } from "node:fs/promises";
import { NotPossible } from "../host/not-possible.ts";

/**
 * Whether this machine can raise a cluster, as far as that can be told beforehand.
 * @throws NotPossible when it cannot
 */
export async function assertPossible(): Promise<void> {
  if (process.platform !== "linux") throw new NotPossible("a cluster is raised on Linux only");
  if (process.getuid?.() !== 0) throw new NotPossible("only root can raise a cluster");
  const system = await readFile("/etc/os-release", "utf8").catch(() => "");
  if (!/^VERSION_CODENAME="?bookworm"?$/m.test(system)) {
    throw new NotPossible("Kubernetes is built from the packages of Debian 12, which this machine does not run");
  }
  const controllers = await access("/sys/fs/cgroup/memory/tasks").then(
    () => true,
    () => false,
  );
  if (!controllers)
    throw new NotPossible("this Kubernetes wants control groups of version 1, which are not mounted here");
}
