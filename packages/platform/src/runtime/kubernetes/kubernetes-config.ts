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
  readonly workloads: WorkloadsConfig;
}

/** Where and how deployments and previews run. */
export interface WorkloadsConfig {
  /** What the names of their namespaces begin with. */
  readonly namespacePrefix: string;
  /** How they are reached from outside; undefined when the platform makes no Ingress. */
  readonly ingress:
    | {
        /** The domain below which each has a name. */
        readonly domain: string;
        /** Whether the Ingress controller ends TLS, so that their addresses are `https`. */
        readonly isHttps: boolean;
        readonly className: string | undefined;
      }
    | undefined;
  /** Of one whose manifests the platform makes itself. */
  readonly resources: Resources;
  /**
   * The service account that gets the rights of a ClusterRole in each of their namespaces: the platform's own; undefined
   * when it has them already.
   */
  readonly account: { readonly namespace: string; readonly name: string; readonly role: string } | undefined;
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

const dnsLabel = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const domain = /^(https?:\/\/)?((?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)$/;
const account = /^([a-z0-9](?:[a-z0-9-]*[a-z0-9])?)\/([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)$/;

/** The variables that configure it. */
export const kubernetesVariables = {
  PLATFORM_RUNTIME: z.enum(["local", "kubernetes"]).default("local"),
  PLATFORM_KUBE_NAMESPACE: z.string().regex(dnsLabel, "must be the name of a namespace").default("platform-agents"),
  PLATFORM_POD_URL: z
    .url({ protocol: /^https?$/ })
    .transform((url) => url.replace(/\/+$/, ""))
    .default("http://platform.platform.svc.cluster.local:8080"),
  PLATFORM_STEP_REQUESTS: quantities.default({ cpu: "250m", memory: "256Mi" }),
  PLATFORM_STEP_LIMITS: quantities.default({ cpu: "2", memory: "4Gi", "ephemeral-storage": "20Gi" }),
  PLATFORM_AGENT_REQUESTS: quantities.default({ cpu: "250m", memory: "1Gi" }),
  PLATFORM_AGENT_LIMITS: quantities.default({ cpu: "2", memory: "4Gi", "ephemeral-storage": "20Gi" }),
  PLATFORM_WORKLOAD_NAMESPACES: z
    .string()
    .max(20)
    .regex(dnsLabel, "must be what names of namespaces may begin with")
    .default("platform-app"),
  PLATFORM_WORKLOAD_REQUESTS: quantities.default({ cpu: "100m", memory: "128Mi" }),
  PLATFORM_WORKLOAD_LIMITS: quantities.default({ cpu: "1", memory: "512Mi", "ephemeral-storage": "2Gi" }),
  PLATFORM_WORKLOAD_ACCOUNT: z.string().regex(account, "must be NAMESPACE/NAME of a service account").optional(),
  PLATFORM_WORKLOAD_ROLE: z.string().min(1).default("platform-workloads"),
  PLATFORM_APPS_DOMAIN: z
    .string()
    .max(150)
    .regex(domain, "must be a domain such as apps.example.com, or https://apps.example.com")
    .optional(),
  PLATFORM_INGRESS_CLASS: z.string().min(1).optional(),
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
    workloads: workloadsConfigOf(variables),
  };
}

function workloadsConfigOf(variables: Variables): WorkloadsConfig {
  const [, scheme, name] = domain.exec(variables.PLATFORM_APPS_DOMAIN ?? "") ?? [];
  const [, namespace, serviceAccount] = account.exec(variables.PLATFORM_WORKLOAD_ACCOUNT ?? "") ?? [];
  return {
    namespacePrefix: variables.PLATFORM_WORKLOAD_NAMESPACES,
    ingress:
      name === undefined
        ? undefined
        : {
            domain: name,
            isHttps: scheme === "https://",
            className: variables.PLATFORM_INGRESS_CLASS,
          },
    resources: { requests: variables.PLATFORM_WORKLOAD_REQUESTS, limits: variables.PLATFORM_WORKLOAD_LIMITS },
    account:
      namespace === undefined || serviceAccount === undefined
        ? undefined
        : { namespace, name: serviceAccount, role: variables.PLATFORM_WORKLOAD_ROLE },
  };
}
