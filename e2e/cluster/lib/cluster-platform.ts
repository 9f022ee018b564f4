import { type PushedPlatform, startPushedPlatform } from "../../git-push/pushed-platform.ts";
import { hostAddress, runnerImage } from "./environment.ts";
import { makeNamespaces, type Namespaces } from "./namespaces.ts";

/** A platform on this machine that runs everything in namespaces of its own, with no more rights than the manifests give. */
export interface ClusterPlatform extends PushedPlatform {
  readonly namespaces: Namespaces;
}

/** The variables of its environment that the platform hands to agents. */
export const agentVariables = ["ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"];

/** `env` is added to its environment, such as what agents get. */
export async function startClusterPlatform(env: Readonly<Record<string, string>> = {}): Promise<ClusterPlatform> {
  const namespaces = await makeNamespaces();
  try {
    const platform = await startPlatformIn(namespaces, env);
    return {
      ...platform,
      namespaces,
      async [Symbol.asyncDispose]() {
        await platform[Symbol.asyncDispose]();
        await namespaces[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await namespaces[Symbol.asyncDispose]();
    throw error;
  }
}

/** One of several platforms that share namespaces. */
export async function startPlatformIn(
  { kubeconfig, agents, platform, workloads, role }: Namespaces,
  env: Readonly<Record<string, string>> = {},
): Promise<PushedPlatform> {
  return await startPushedPlatform(
    {
      KUBECONFIG: kubeconfig,
      PLATFORM_RUNTIME: "kubernetes",
      PLATFORM_KUBE_NAMESPACE: agents,
      PLATFORM_WORKLOAD_NAMESPACES: workloads,
      PLATFORM_WORKLOAD_ACCOUNT: `${platform}/platform`,
      PLATFORM_WORKLOAD_ROLE: role,
      PLATFORM_AGENT_IMAGE: runnerImage,
      PLATFORM_AGENT_ENV: agentVariables.join(","),
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      ...env,
    },
    hostAddress,
  );
}
