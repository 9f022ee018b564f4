import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import type { HostChanges } from "../host/host-changes.ts";
import { show } from "../image/host.ts";

const controlGroups = "/sys/fs/cgroup";

/** What a cluster has of this host to itself, beside whatever other clusters and engines there are. */
export interface HostPlace {
  /** The bridge to which its pods are connected. */
  readonly bridge: string;
  /** This host's address on the bridge. */
  readonly address: string;
  /** The control group in which its pods run, from the root of each controller. */
  readonly controlGroup: string;
  /** The directory of a control group for what is run on the cluster from outside, which ends with it. */
  readonly usersGroup: string;
}

/** Makes it, and keeps what a kubelet changes of the kernel's settings, to be set back. */
export async function makeHostPlace(changes: HostChanges): Promise<HostPlace> {
  const name = `cluster-${process.pid}`;
  await keepSettings(changes);
  return {
    bridge: name,
    address: await makeBridge(changes, name),
    controlGroup: await makePodsGroup(changes, name),
    usersGroup: await makeGroup(changes, "pids", `${name}-users`),
  };
}

/** What a kubelet sets, in `/proc/sys`. */
const settings = [
  "vm/overcommit_memory",
  "vm/panic_on_oom",
  "kernel/panic",
  "kernel/panic_on_oops",
  "kernel/keys/root_maxkeys",
  "kernel/keys/root_maxbytes",
  "net/bridge/bridge-nf-call-iptables",
];

async function keepSettings(changes: HostChanges): Promise<void> {
  for (const setting of settings) {
    const file = join("/proc/sys", setting);
    const value = await readFile(file, "utf8").catch(() => undefined);
    if (value !== undefined) changes.willUndo(`echo ${value.trim()} > ${file}`);
  }
}

/** An interface's name has at most 15 characters. */
async function makeBridge(changes: HostChanges, name: string): Promise<string> {
  const taken = Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address));
  const network = Array.from({ length: 256 }, (_, index) => `172.30.${index}.`).find(
    (prefix) => !taken.some((address) => address.startsWith(prefix)),
  );
  if (network === undefined) throw new Error("no network below 172.30.0.0/16 is free");
  const address = `${network}1`;
  changes.willUndo(`ip link delete ${name}`);
  await show("ip", ["link", "add", name, "type", "bridge"]);
  await show("ip", ["address", "add", `${address}/24`, "dev", name]);
  await show("ip", ["link", "set", name, "up"]);
  return address;
}

/** Of every controller, as each of a container's belongs to one. */
async function makePodsGroup(changes: HostChanges, name: string): Promise<string> {
  for (const controller of await readdir(controlGroups)) await makeGroup(changes, controller, name);
  const cpuset = join(controlGroups, "cpuset");
  for (const file of ["cpuset.cpus", "cpuset.mems"]) {
    await writeFile(join(cpuset, name, file), await readFile(join(cpuset, file)));
  }
  return `/${name}`;
}

async function makeGroup(changes: HostChanges, controller: string, name: string): Promise<string> {
  const directory = join(controlGroups, controller, name);
  changes.willUndo(`end_group ${directory}`);
  // Some controllers are links to others.
  await mkdir(directory, { recursive: true });
  return directory;
}
