import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Daemon } from "../host/daemon.ts";
import { freePort } from "../host/free-port.ts";
import type { HostChanges } from "../host/host-changes.ts";
import { read } from "../image/host.ts";

/** Bit 24 of the capabilities, without which no process gets a lower score for the kernel's out-of-memory killer. */
const capSysResource = 1n << 24n;

/**
 * What runs containers on this host: undefined for runc itself. Where the host withholds the privilege to favour pods'
 * own containers when memory runs out, as virtual machines in sandboxes do, it is a program that does without.
 */
export async function containerRuntime(directory: string): Promise<string | undefined> {
  const status = await readFile("/proc/self/status", "utf8");
  const [, mask = "0"] = /^CapEff:\s*([0-9a-f]+)$/m.exec(status) ?? [];
  if ((BigInt(`0x${mask}`) & capSysResource) !== 0n) return undefined;
  const program = join(directory, "runc-without-favour");
  await writeFile(program, withoutFavour, { mode: 0o755 });
  return program;
}

const withoutFavour = `#!/bin/sh
previous= bundle=
for argument; do
  [ "$previous" = --bundle ] && bundle=$argument
  previous=$argument
done
if [ -n "$bundle" ]; then
  jq -c 'if (.process.oomScoreAdj // 0) < 0 then .process.oomScoreAdj = 0 else . end' "$bundle/config.json" > "$bundle/config.new" &&
    mv "$bundle/config.new" "$bundle/config.json"
fi
exec runc "$@"
`;

interface NodeOptions {
  readonly kubelet: string;
  /** What starts it, so that it sees the mounts that the engine sees. */
  readonly starter: readonly string[];
  readonly directory: string;
  readonly kubeconfig: string;
  /** Where the engine is reached: a URL. */
  readonly engine: string;
  /** The image of what holds a pod's network. */
  readonly pause: string;
  readonly controlGroup: string;
}

/** Makes this host the cluster's one node, and waits until it is ready. */
export async function startNode(changes: HostChanges, options: NodeOptions): Promise<void> {
  const { kubelet, starter, directory, kubeconfig, engine, pause, controlGroup } = options;
  const configuration = join(directory, "kubelet.json");
  await writeFile(configuration, JSON.stringify(await kubeletConfiguration(directory, controlGroup)));
  const root = join(directory, "kubelet");
  const daemon = Daemon.start(changes, {
    program: kubelet,
    starter,
    args: [
      ...[`--config=${configuration}`, `--kubeconfig=${kubeconfig}`, `--root-dir=${root}`, `--cert-dir=${root}/pki`],
      ...["--container-runtime=docker", `--docker-endpoint=${engine}`, `--pod-infra-container-image=${pause}`],
      // The name by which the API server reaches it, which is at loopback.
      ...["--hostname-override=localhost", "--network-plugin="],
    ],
    log: join(directory, "kubelet.log"),
  });
  const ready = '{.items[*].status.conditions[?(@.type=="Ready")].status}';
  await daemon.until(async () => {
    const state = await read("kubectl", ["--kubeconfig", kubeconfig, "get", "nodes", "-o", `jsonpath=${ready}`]);
    return state === "True";
  });
}

async function kubeletConfiguration(directory: string, controlGroup: string): Promise<object> {
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    address: "127.0.0.1",
    port: await freePort(),
    healthzPort: await freePort(),
    readOnlyPort: 0,
    authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
    authorization: { mode: "AlwaysAllow" },
    cgroupDriver: "cgroupfs",
    cgroupRoot: controlGroup,
    volumePluginDir: join(directory, "volume-plugins"),
    failSwapOn: false,
    // The host's packet filter stays as it is.
    makeIPTablesUtilChains: false,
    evictionHard: { "memory.available": "50Mi", "nodefs.available": "1%", "imagefs.available": "1%" },
    imageGCHighThresholdPercent: 100,
    nodeStatusUpdateFrequency: "1s",
    syncFrequency: "5s",
    serializeImagePulls: false,
    // All of them: they are looked at for what must not be in them.
    eventRecordQPS: 0,
  };
}
