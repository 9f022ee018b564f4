import { join } from "node:path";
import type { HostChanges } from "../host/host-changes.ts";
import { startEngine } from "../image/engine.ts";
import { installPrograms } from "../image/host.ts";
import { assertPossible } from "./assert-possible.ts";
import type { Cluster } from "./cluster.ts";
import { startControlPlane } from "./control-plane.ts";
import { makeHostPlace } from "./host-place.ts";
import { buildImages } from "./images.ts";
import { kubernetes } from "./kubernetes.ts";
import { containerRuntime, startNode } from "./node.ts";
import { besideProcess, withOwnDirectories } from "./own-directories.ts";

/**
 * Raises a cluster of one node on this machine, beside whatever else runs on it, from Debian's packages alone. It goes with
 * the changes.
 *
 * @throws NotPossible where it cannot be had
 */
export async function throwawayCluster(changes: HostChanges, say: (line: string) => void): Promise<Cluster> {
  await assertPossible();
  await installPrograms({ etcd: "etcd-server", jq: "jq", ip: "iproute2", kubectl: "kubernetes-client", runc: "runc" });
  const programs = await kubernetes(changes, say);
  const directory = await changes.directory("platform-cluster-");
  const place = await makeHostPlace(changes);
  say("starting a container engine and building the images");
  const runtime = await containerRuntime(directory);
  const engine = await startEngine(join(directory, "engine"), changes, {
    bridge: place.bridge,
    starter: await withOwnDirectories(changes),
    ...(runtime && { runtime }),
  });
  const images = await buildImages(engine, directory, say);
  say("starting Kubernetes");
  const state = join(directory, "kubernetes");
  const kubeconfig = await startControlPlane(changes, {
    kubernetes: programs,
    directory: state,
    address: place.address,
  });
  await startNode(changes, {
    kubelet: programs("kubelet"),
    starter: await besideProcess(engine.pidFile),
    directory: state,
    kubeconfig,
    engine: String(engine.env.DOCKER_HOST),
    pause: images.pause,
    controlGroup: place.controlGroup,
  });
  return { kubeconfig, hostAddress: place.address, images, usersGroup: place.usersGroup };
}
