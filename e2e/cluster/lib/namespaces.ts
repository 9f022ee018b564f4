import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { root } from "../../../scripts/lib/build/paths.ts";
import { hostAddress } from "./environment.ts";
import { kubectl, kubectlWith } from "./kubectl.ts";

/** The namespaces of one test's platform, made from the manifests that a platform is installed with. */
export interface Namespaces extends AsyncDisposable {
  /** Where steps and agents run. */
  readonly agents: string;
  /** Where the platform's service account is. */
  readonly platform: string;
  /** A kubeconfig of that account. */
  readonly kubeconfig: string;
  /** What the names of the namespaces begin with in which it runs deployments and previews. */
  readonly workloads: string;
  /** The ClusterRole that it has there. */
  readonly role: string;
}

/** What of the manifests is made; the rest is the platform itself, which a test runs outside of the cluster. */
const kinds = new Set([
  ...["Namespace", "ServiceAccount", "Role", "RoleBinding", "NetworkPolicy", "ClusterRole", "ClusterRoleBinding"],
]);

export async function makeNamespaces(): Promise<Namespaces> {
  const id = randomBytes(4).toString("hex");
  const names = {
    platform: `platform-${id}`,
    "platform-agents": `agents-${id}`,
    "platform-workloads": `workloads-${id}`,
    "platform-namespaces": `namespaces-${id}`,
  };
  const { platform, "platform-agents": agents, "platform-workloads": role, "platform-namespaces": binding } = names;
  const workloads = `app-${id}`;
  const directory = await mkdtemp(join(tmpdir(), "cluster-"));
  const dispose = async () => {
    const all = await kubectl(["get", "namespaces", "--output", "name"]);
    const made = all.split("\n").flatMap((name) => /^namespace\/(.*)$/.exec(name)?.[1] ?? []);
    const own = made.filter((name) => name.startsWith(`${workloads}-`));
    // They take up to a minute, in which nobody needs them.
    await kubectl(["delete", "namespace", "--ignore-not-found", "--wait=false", platform, agents, ...own]);
    await kubectl(["delete", "--ignore-not-found", `clusterrolebinding/${binding}`]);
    await kubectl(["delete", "--ignore-not-found", `clusterrole/${binding}`, `clusterrole/${role}`]);
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const objects = (await readManifests()).map((object) => renamed(object, names));
    const made = objects.filter(({ kind }) => kinds.has(kind));
    await kubectlWith(JSON.stringify({ apiVersion: "v1", kind: "List", items: [...made, wayToHost(agents)] }), [
      ...["apply", "--filename", "-"],
    ]);
    const kubeconfig = join(directory, "kubeconfig");
    await writeFile(kubeconfig, JSON.stringify(await accountConfig(platform)), { mode: 0o600 });
    return { agents, platform, kubeconfig, workloads, role, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

type Manifest = ReturnType<JSON["parse"]>;

/** The objects of `kubernetes/base`. */
export async function readManifests(): Promise<readonly Manifest[]> {
  const text = await kubectl(["kustomize", join(root, "kubernetes/base")]);
  return parseAllDocuments(text).map((document) => document.toJS());
}

/** An object in other namespaces, and with other names of what belongs to none, by those in the manifests. */
export function renamed(object: Manifest, names: Readonly<Record<string, string>>): Manifest {
  const { kind, metadata, subjects, roleRef, rules } = object;
  const other = (name: string) => names[name] ?? name;
  const isOfCluster = kind === "Namespace" || kind.startsWith("Cluster");
  return {
    ...object,
    metadata: {
      ...metadata,
      ...(isOfCluster ? { name: other(metadata.name) } : { namespace: other(metadata.namespace) }),
    },
    ...(subjects && {
      subjects: subjects.map((subject: Manifest) => ({ ...subject, namespace: other(subject.namespace) })),
    }),
    ...(roleRef?.kind === "ClusterRole" && { roleRef: { ...roleRef, name: other(roleRef.name) } }),
    ...(rules && {
      rules: rules.map((rule: Manifest) => ({
        ...rule,
        ...(rule.resourceNames && { resourceNames: rule.resourceNames.map(other) }),
      })),
    }),
  };
}

/** Where network policies are enforced: pods reach the platform of a test on this machine, and the model's API that it serves. */
function wayToHost(namespace: string): Manifest {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "test-host", namespace },
    spec: {
      podSelector: {},
      policyTypes: ["Egress"],
      egress: [{ to: [{ ipBlock: { cidr: `${hostAddress}/32` } }] }],
    },
  };
}

/** A kubeconfig for the platform's service account, good for a few hours. */
async function accountConfig(namespace: string): Promise<object> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/platform/token`;
  const request = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { expirationSeconds: 14_400 } };
  const answer = JSON.parse(await kubectlWith(JSON.stringify(request), ["create", "--raw", path, "--filename", "-"]));
  const current = JSON.parse(await kubectl(["config", "view", "--raw", "--minify", "--flatten", "--output", "json"]));
  const name = "platform";
  return {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: current.clusters[0].cluster }],
    users: [{ name, user: { token: answer.status.token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    "current-context": name,
  };
}
