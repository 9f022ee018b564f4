import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Daemon } from "../host/daemon.ts";
import { freePort } from "../host/free-port.ts";
import type { HostChanges } from "../host/host-changes.ts";
import { succeeds } from "../image/host.ts";
import type { Kubernetes } from "./kubernetes.ts";

interface ControlPlaneOptions {
  readonly kubernetes: Kubernetes;
  /** Where it keeps its state. */
  readonly directory: string;
  /** Where its API is served. */
  readonly address: string;
}

/** Starts etcd, the API server, the controllers and the scheduler; gives the administrator's kubeconfig. */
export async function startControlPlane(changes: HostChanges, options: ControlPlaneOptions): Promise<string> {
  const { kubernetes, directory, address } = options;
  const start = (program: string, args: readonly string[]) => {
    const name = program.split("/").at(-1);
    return Daemon.start(changes, { program, args, log: join(directory, `${name}.log`) });
  };
  await mkdir(directory, { recursive: true });
  const etcd = `http://127.0.0.1:${await freePort()}`;
  const peers = `http://127.0.0.1:${await freePort()}`;
  start("etcd", [
    ...["--data-dir", join(directory, "etcd"), "--listen-client-urls", etcd, "--advertise-client-urls", etcd],
    ...["--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers, "--initial-cluster", `default=${peers}`],
    // It is not to outlive a power failure.
    "--unsafe-no-fsync",
  ]);
  const keys = await writeKeys(directory);
  const port = await freePort(address);
  const api = start(kubernetes("kube-apiserver"), [
    ...[`--etcd-servers=${etcd}`, `--bind-address=${address}`, `--advertise-address=${address}`],
    ...[`--secure-port=${port}`, "--insecure-port=0", `--cert-dir=${directory}`, "--allow-privileged=true"],
    ...["--service-cluster-ip-range=10.0.0.0/24", "--authorization-mode=RBAC", `--token-auth-file=${keys.tokens}`],
    ...[`--service-account-key-file=${keys.public}`, `--service-account-signing-key-file=${keys.private}`],
    "--service-account-issuer=https://kubernetes.default.svc",
  ]);
  const kubeconfig = join(directory, "kubeconfig");
  const certificate = join(directory, "apiserver.crt");
  await writeFile(kubeconfig, "", { mode: 0o600 });
  await api.until(async () => {
    const authority = await readFile(certificate).catch(() => undefined);
    if (authority === undefined) return false;
    const server = `https://${address}:${port}`;
    await writeFile(kubeconfig, JSON.stringify(administrator({ server, authority, token: keys.token })));
    return await succeeds("kubectl", ["--kubeconfig", kubeconfig, "get", "--raw", "/readyz"]);
  });
  const common = async () => [
    ...[`--kubeconfig=${kubeconfig}`, "--leader-elect=false", "--port=0", "--bind-address=127.0.0.1"],
    ...[`--secure-port=${await freePort()}`, `--cert-dir=${directory}`],
  ];
  start(kubernetes("kube-controller-manager"), [
    ...(await common()),
    ...[`--service-account-private-key-file=${keys.private}`, `--root-ca-file=${certificate}`],
  ]);
  start(kubernetes("kube-scheduler"), await common());
  return kubeconfig;
}

/** Makes what tokens are signed with, and the administrator's own. */
async function writeKeys(directory: string) {
  const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const token = randomBytes(24).toString("hex");
  const files = {
    private: join(directory, "accounts.key"),
    public: join(directory, "accounts.pub"),
    tokens: join(directory, "tokens.csv"),
  };
  const privately = { mode: 0o600 };
  await writeFile(files.private, pair.privateKey.export({ type: "pkcs1", format: "pem" }), privately);
  await writeFile(files.public, pair.publicKey.export({ type: "spki", format: "pem" }));
  await writeFile(files.tokens, `${token},admin,admin,system:masters\n`, privately);
  return { ...files, token };
}

interface Administrator {
  readonly server: string;
  readonly authority: Buffer;
  readonly token: string;
}

/** A kubeconfig; JSON is YAML too. */
function administrator({ server, authority, token }: Administrator): object {
  const name = "cluster";
  return {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server, "certificate-authority-data": authority.toString("base64") } }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    "current-context": name,
  };
}
