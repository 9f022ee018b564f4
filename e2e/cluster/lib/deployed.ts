import { vi } from "vitest";
import { DeployedProject } from "../../deployments/deployed-project.ts";
import type { ClusterPlatform } from "./cluster-platform.ts";
import { pythonImage, webImage } from "./environment.ts";
import type { KubeObject, List } from "./kube-objects.ts";
import { kubectl, kubeGet } from "./kubectl.ts";

/** Longer than a pod takes to be ready on a busy machine, in milliseconds. */
const patience = 150_000;

/** A project whose deployments are in a cluster, and what there is of them there. */
export interface ClusterProject extends AsyncDisposable {
  readonly api: DeployedProject;
  /** The namespace of its deployments, or of a preview. */
  namespace(preview?: string): string;
  /** What it answers, as the cluster itself asks it. */
  visit(place: { readonly environment: string } | { readonly preview: string }, path?: string): Promise<string>;
  /** kubectl in the namespace of its deployments. */
  kubectl(...args: string[]): Promise<string>;
}

export async function clusterProject(platform: ClusterPlatform, name: string): Promise<ClusterProject> {
  const api = await DeployedProject.create(platform, name, patience);
  const namespace = (preview?: string) =>
    `${platform.namespaces.workloads}-${name}${preview === undefined ? "" : `--${preview}`}`;
  return {
    api,
    namespace,
    async visit(place, path = "") {
      const [where, service] =
        "preview" in place ? [namespace(place.preview), "preview"] : [namespace(), place.environment];
      return await kubectl(["get", "--raw", `/api/v1/namespaces/${where}/services/${service}:http/proxy/${path}`]);
    },
    kubectl: (...args) => kubectl([...args, "--namespace", namespace()]),
    [Symbol.asyncDispose]: () => api[Symbol.asyncDispose](),
  };
}

/** A pipeline that has little to do, and deploys one of the images. */
export function deploying(tag: string): string {
  const steps = [{ name: "check", image: pythonImage, commands: ["true"] }];
  return JSON.stringify({ pipeline: { steps, deploy: { image: `${webImage}:${tag}` } } });
}

/** Resolves when there is no namespace of that name. */
export async function namespaceGone(name: string): Promise<void> {
  await vi.waitFor(
    async () => {
      const { items } = await kubeGet<List<KubeObject>>(`/api/v1/namespaces?fieldSelector=metadata.name%3D${name}`);
      if (items.length > 0) throw new Error(`the namespace ${name} is still there`);
    },
    { timeout: patience, interval: 500 },
  );
}
