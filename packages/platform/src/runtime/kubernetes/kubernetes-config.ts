import * as z from "zod";

/** Where and how pods run. */
export interface KubernetesConfig {
  /** The namespace in which steps and agents run. */
  readonly namespace: string;
  /** Where pods reach this platform, without a slash at its end. */
  readonly podUrl: string;
  /** What each step is sure to get, and what it gets at most. */
  readonly stepResources: Resources;
  /** Likewise of each of an agent's containers. */
  readonly agentResources: Resources;
}

export interface Resources {
  readonly requests: Quantities;
  readonly limits: Quantities;
}

/** Amounts as Kubernetes writes them, by resource: `{cpu: "250m", memory: "256Mi"}`. */
export type Quantities = Readonly<Record<string, string>>;

const quantity = /^ *([a-z][a-z0-9./-]*)=(\d+(?:\.\d+)?(?:m|[kMGTPE]i?)?) *$/;

const quantities = z.string().transform((text, context): Quantities => {
  const found = text.split(",").map((part) => quantity.exec(part));
  if (found.every((each) => each !== null)) {
    return Object.fromEntries(found.map(([, name = "", amount = ""]) => [name, amount]));
  }
  context.addIssue("must be such as cpu=250m,memory=256Mi");
  return z.NEVER;
});

/** The variables that configure it. */
export const kubernetesVariables = {
  PLATFORM_RUNTIME: z.enum(["local", "kubernetes"]).default("local"),
  PLATFORM_KUBE_NAMESPACE: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, "must be the name of a namespace")
    .default("platform-agents"),
  PLATFORM_POD_URL: z
    .url({ protocol: /^https?$/ })
    .transform((url) => url.replace(/\/+$/, ""))
    .default("http://platform.platform.svc.cluster.local:8080"),
  PLATFORM_STEP_REQUESTS: quantities.default({ cpu: "250m", memory: "256Mi" }),
  PLATFORM_STEP_LIMITS: quantities.default({ cpu: "2", memory: "4Gi", "ephemeral-storage": "20Gi" }),
  PLATFORM_AGENT_REQUESTS: quantities.default({ cpu: "250m", memory: "1Gi" }),
  PLATFORM_AGENT_LIMITS: quantities.default({ cpu: "2", memory: "4Gi", "ephemeral-storage": "20Gi" }),
};

type Variables = z.output<z.ZodObject<typeof kubernetesVariables>>;

/** Undefined when steps and agents run locally. */
export function kubernetesConfigOf(variables: Variables): KubernetesConfig | undefined {
  if (variables.PLATFORM_RUNTIME === "local") return undefined;
  return {
    namespace: variables.PLATFORM_KUBE_NAMESPACE,
    podUrl: variables.PLATFORM_POD_URL,
    stepResources: { requests: variables.PLATFORM_STEP_REQUESTS, limits: variables.PLATFORM_STEP_LIMITS },
    agentResources: { requests: variables.PLATFORM_AGENT_REQUESTS, limits: variables.PLATFORM_AGENT_LIMITS },
  };
}
