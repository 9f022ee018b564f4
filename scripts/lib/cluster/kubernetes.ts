import { cp, mkdir, readdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { type HostChanges, quoted } from "../host/host-changes.ts";
import { buildKubernetes, findSource } from "./kubernetes-source.ts";

/** What is built and kept. */
const programs = ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet"] as const;

/** Gives the path of each of Kubernetes' own programs. */
export type Kubernetes = (program: (typeof programs)[number]) => string;

/**
 * Kubernetes' own programs, built from the source package of the Debian mirror that this machine uses. That takes about
 * five minutes; they are kept in the user's cache for as long as the package stays the same.
 *
 * @throws NotPossible when there is no such package
 */
export async function kubernetes(changes: HostChanges, say: (line: string) => void): Promise<Kubernetes> {
  const work = await changes.directory("platform-kubernetes-");
  const source = await findSource(work);
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "platform-mcp");
  const kept = join(cache, `kubernetes-${source.version}-${process.arch}`);
  const known = new Set<string>(await readdir(kept).catch(() => []));
  if (!programs.every((program) => known.has(program))) {
    say(`building Kubernetes ${source.version} from Debian's source, about five minutes the first time`);
    const built = await buildKubernetes(source, programs, say);
    // Somebody else may be building, and using, the same.
    const copy = `${kept}.${process.pid}`;
    changes.willUndo(`rm -rf ${quoted(copy)}`);
    await mkdir(copy, { recursive: true });
    for (const program of programs) await cp(join(built, program), join(copy, program));
    await rm(kept, { recursive: true, force: true });
    await rename(copy, kept);
  }
  return (program) => join(kept, program);
}
