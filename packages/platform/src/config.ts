import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { projects } from "@platform-mcp/client/contract";
import * as z from "zod";
import { defaultRateLimits, type RateLimits } from "./http/rate-limits.ts";
import { type AllowList, parseAllowList } from "./outbound/allow-list.ts";
import {
  type KubernetesConfig,
  kubernetesConfigOf,
  kubernetesVariables,
} from "./runtime/kubernetes/kubernetes-config.ts";
import { masterKeyText } from "./secrets/master-key.ts";
import { UserError } from "./user-error.ts";

/** The configuration is wrong; the message is one line for the user. */
export class PlatformConfigError extends UserError {
  override readonly name = "PlatformConfigError";
}

export interface ListenAddress {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
}

export interface PlatformConfig {
  readonly host: string;
  readonly port: number;
  /** Where deployments and previews answer when they run on this machine; undefined for a place beside the platform's. */
  readonly appsListen: ListenAddress | undefined;
  /** The absolute path of the directory that holds everything: repositories, and the database unless it is elsewhere. */
  readonly dataDirectory: string;
  readonly databaseUrl: string | undefined;
  /** What secrets are encrypted under, as 64 hexadecimal digits; undefined for the one in the data directory. */
  readonly masterKey: string | undefined;
  readonly logLevel: string;
  /** The first administrator's, used when they have none yet; undefined to make one up. */
  readonly adminPassword: string | undefined;
  /** Whether browsers send the session's cookie over HTTPS only. */
  readonly secureCookies: boolean;
  /** Bytes of the largest pack that a push may send. */
  readonly maxPushBytes: number;
  /** How many steps of pipelines run at the same time. */
  readonly maxSteps: number;
  /** Bytes of the largest log of one step. */
  readonly maxLogBytes: number;
  /** Bytes of the largest artifact. */
  readonly maxArtifactBytes: number;
  /** How many sessions of agents this process runs at the same time; with 0 it leaves them to others. */
  readonly maxSessions: number;
  /** How long a preview is kept after the last push of its branch, in hours. */
  readonly previewTtlHours: number;
  /** How many previews a project may have. */
  readonly maxPreviews: number;
  /** Where steps push images, as their names begin: `registry.example:5000/team`. */
  readonly registry: string;
  /** What agents get of the platform's own environment, such as the key of the model. */
  readonly agentEnvironment: Readonly<Record<string, string>>;
  /** What agents run in unless their project or session says otherwise. */
  readonly agentImage: string;
  /** Where pods run; undefined when steps and agents run as processes of this machine. */
  readonly kubernetes: KubernetesConfig | undefined;
  readonly rateLimits: RateLimits;
  /** Whether `X-Forwarded-For` says who asks. */
  readonly trustProxy: boolean;
  /** Whether the platform may listen beyond loopback although those who push run programs on this machine. */
  readonly trustRepositories: boolean;
  /** What inside the network webhooks may call. */
  readonly webhookAllow: AllowList;
  /** An OTLP/HTTP receiver's base URL, where spans go; undefined for none. */
  readonly tracesEndpoint: string | undefined;
}

const listenAddress = z.string().regex(/^(\[[0-9a-f:]+\]|[^:[\]]+):\d{1,5}$/i, "must be HOST:PORT");

const rateClasses = Object.keys(defaultRateLimits).join(", ");

/** `read=3000,git=0`: requests a minute by class, over the defaults; `off` for none at all. */
const rateLimits = z.string().transform((text, context): RateLimits => {
  const limits: Record<string, number> = { ...defaultRateLimits };
  if (text === "off") for (const rateClass of Object.keys(limits)) limits[rateClass] = 0;
  else {
    for (const part of text.split(",")) {
      const [, rateClass = "", limit = ""] = /^ *(\w+)=(\d{1,9}) *$/.exec(part) ?? [];
      if (!Object.hasOwn(limits, rateClass)) {
        context.addIssue(`must be off, or such as read=3000,git=0 with ${rateClasses}`);
        return z.NEVER;
      }
      limits[rateClass] = Number(limit);
    }
  }
  return { ...defaultRateLimits, ...limits };
});

const byteCount = z
  .string()
  .regex(/^[1-9]\d{0,14}$/, "must be a whole number of bytes")
  .transform(Number);

const count = z
  .string()
  .regex(/^[1-9]\d{0,3}$/, "must be a whole number from 1")
  .transform(Number);

const sessionCount = z
  .string()
  .regex(/^(0|[1-9]\d{0,3})$/, "must be a whole number")
  .transform(Number);

/** As the names of images begin. A scheme, which they have not, is taken off. */
const registry = z
  .string()
  .regex(/^(https?:\/\/)?[\w.-]+(:\d{1,5})?(\/[\w.-]+)*\/?$/, "must be HOST, HOST:PORT or HOST:PORT/PATH")
  .transform((text) => text.replace(/^https?:\/\//, "").replace(/\/$/, ""));

/** How Claude Code reaches its model, and how programs get out of a network that has a proxy. */
const agentVariables = [
  "ANTHROPIC_API_KEY",
  "ANTHROPIC_AUTH_TOKEN",
  "ANTHROPIC_BASE_URL",
  "CLAUDE_CODE_OAUTH_TOKEN",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "http_proxy",
  "https_proxy",
  "no_proxy",
  "NODE_EXTRA_CA_CERTS",
];

/** `ANTHROPIC_API_KEY,AWS_REGION`: what agents get instead; nothing that opens the platform itself. */
const variableNames = z.string().transform((text, context): readonly string[] => {
  const names = text.split(",").map((name) => name.trim());
  const wrong = names.find((name) => !/^[A-Za-z_]\w*$/.test(name) || /^(PLATFORM_|DATABASE_URL$|PG)/.test(name));
  if (wrong === undefined) return names;
  context.addIssue("must be names of variables, separated by commas, none of them the platform's own");
  return z.NEVER;
});

const allowList = z.string().transform((text, context): AllowList => {
  try {
    return parseAllowList(text);
  } catch (error) {
    context.addIssue(
      `must be such as receiver.internal,10.1.0.0/16: ${error instanceof Error ? error.message : error}`,
    );
    return z.NEVER;
  }
});

const environment = z.object({
  PLATFORM_LISTEN: listenAddress.default("127.0.0.1:8080"),
  PLATFORM_APPS_LISTEN: listenAddress.optional(),
  PLATFORM_DATA: z.string().default(".platform"),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, "must start with postgres:// or postgresql://")
    .optional(),
  PLATFORM_MASTER_KEY: z
    .string()
    .regex(masterKeyText, "must be 64 hexadecimal digits, as openssl rand -hex 32 prints them")
    .optional(),
  PLATFORM_LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]).default("info"),
  PLATFORM_ADMIN_PASSWORD: z.string().min(8, "must have at least 8 characters").max(1024).optional(),
  PLATFORM_SECURE_COOKIES: z.enum(["true", "false"]).default("false"),
  PLATFORM_MAX_PUSH_BYTES: byteCount.default(2 * 1024 ** 3),
  ...kubernetesVariables,
  PLATFORM_MAX_STEPS: count.optional(),
  PLATFORM_MAX_SESSIONS: sessionCount.optional(),
  PLATFORM_PREVIEW_TTL_HOURS: count.default(24),
  PLATFORM_MAX_PREVIEWS: count.default(10),
  PLATFORM_REGISTRY_URL: registry.default("localhost:5000"),
  PLATFORM_AGENT_ENV: variableNames.default(agentVariables),
  PLATFORM_AGENT_IMAGE: projects.containerImage.default("platform-claude-runner:latest"),
  PLATFORM_MAX_LOG_BYTES: byteCount.default(256 * 1024 ** 2),
  PLATFORM_MAX_ARTIFACT_BYTES: byteCount.default(1024 ** 3),
  PLATFORM_RATE_LIMITS: rateLimits.default(defaultRateLimits),
  PLATFORM_TRUST_PROXY: z.enum(["true", "false"]).default("false"),
  PLATFORM_TRUST_REPOSITORIES: z.enum(["true", "false"]).default("false"),
  PLATFORM_WEBHOOK_ALLOW: allowList.default(parseAllowList("")),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
});

/** Reads the configuration from the environment; empty means unset. @throws PlatformConfigError naming the variables. */
export function readPlatformConfig(env: Readonly<Record<string, string | undefined>>): PlatformConfig {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ""));
  const result = environment.safeParse(given);
  if (!result.success) {
    const problems = result.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`);
    throw new PlatformConfigError(problems.join("; "));
  }
  const { PLATFORM_LISTEN, PLATFORM_DATA, DATABASE_URL, PLATFORM_LOG_LEVEL, ...access } = result.data;
  const { PLATFORM_APPS_LISTEN } = access;
  const kubernetes = kubernetesConfigOf(access);
  return {
    ...placeOf(PLATFORM_LISTEN, "PLATFORM_LISTEN"),
    appsListen: PLATFORM_APPS_LISTEN === undefined ? undefined : placeOf(PLATFORM_APPS_LISTEN, "PLATFORM_APPS_LISTEN"),
    dataDirectory: resolve(PLATFORM_DATA),
    databaseUrl: DATABASE_URL,
    masterKey: access.PLATFORM_MASTER_KEY,
    logLevel: PLATFORM_LOG_LEVEL,
    adminPassword: access.PLATFORM_ADMIN_PASSWORD,
    secureCookies: access.PLATFORM_SECURE_COOKIES === "true",
    maxPushBytes: access.PLATFORM_MAX_PUSH_BYTES,
    kubernetes,
    // A cluster has room for more, and its scheduler makes what has none wait.
    maxSteps: access.PLATFORM_MAX_STEPS ?? (kubernetes ? 50 : Math.max(2, availableParallelism())),
    maxSessions: access.PLATFORM_MAX_SESSIONS ?? (kubernetes ? 50 : 4),
    previewTtlHours: access.PLATFORM_PREVIEW_TTL_HOURS,
    maxPreviews: access.PLATFORM_MAX_PREVIEWS,
    registry: access.PLATFORM_REGISTRY_URL,
    agentEnvironment: Object.fromEntries(
      access.PLATFORM_AGENT_ENV.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]]])),
    ),
    agentImage: access.PLATFORM_AGENT_IMAGE,
    maxLogBytes: access.PLATFORM_MAX_LOG_BYTES,
    maxArtifactBytes: access.PLATFORM_MAX_ARTIFACT_BYTES,
    rateLimits: access.PLATFORM_RATE_LIMITS,
    trustProxy: access.PLATFORM_TRUST_PROXY === "true",
    trustRepositories: access.PLATFORM_TRUST_REPOSITORIES === "true",
    webhookAllow: access.PLATFORM_WEBHOOK_ALLOW,
    tracesEndpoint: access.OTEL_EXPORTER_OTLP_ENDPOINT,
  };
}

function placeOf(text: string, variable: string): ListenAddress {
  const colon = text.lastIndexOf(":");
  const port = Number(text.slice(colon + 1));
  if (port > 65_535) throw new PlatformConfigError(`${variable} must have a port from 0 to 65535`);
  return { host: text.slice(0, colon).replace(/^\[|\]$/g, ""), port };
}
