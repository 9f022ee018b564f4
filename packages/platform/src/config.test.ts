import { availableParallelism } from "node:os";
import { describe, expect, test } from "vitest";
import { readPlatformConfig } from "./config.ts";
import { defaultRateLimits } from "./http/rate-limits.ts";

describe("rate limits", () => {
  const limits = (text: string) => readPlatformConfig({ PLATFORM_RATE_LIMITS: text }).rateLimits;

  test("are what is named, over the defaults", () => {
    expect(limits("")).toEqual(defaultRateLimits);
    expect(limits("read=1, git=0")).toEqual({ ...defaultRateLimits, read: 1, git: 0 });
    expect(limits("off")).toEqual({ read: 0, write: 0, expensive: 0, git: 0, ingest: 0, anonymous: 0 });
  });

  test.each(["read", "read=", "read=-1", "read=1.5", "all=1", "read=1;git=2", "constructor=1"])(
    "%s is refused",
    (text) => {
      expect(() => limits(text)).toThrow(
        "PLATFORM_RATE_LIMITS must be off, or such as read=3000,git=0 with read, write,",
      );
    },
  );
});

test("sizes are whole numbers of bytes", () => {
  expect(readPlatformConfig({})).toMatchObject({ maxLogBytes: 268_435_456, maxArtifactBytes: 1_073_741_824 });
  expect(readPlatformConfig({ PLATFORM_MAX_LOG_BYTES: "1000" }).maxLogBytes).toBe(1000);
  for (const size of ["0", "-1", "1e6", "10MB"]) {
    expect(() => readPlatformConfig({ PLATFORM_MAX_ARTIFACT_BYTES: size })).toThrow(
      "PLATFORM_MAX_ARTIFACT_BYTES must be a whole number of bytes",
    );
  }
});

test("proxies are trusted, and traces sent, only when that is asked for", () => {
  expect(readPlatformConfig({})).toMatchObject({ trustProxy: false, tracesEndpoint: undefined });
  const env = { PLATFORM_TRUST_PROXY: "true", OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4318" };
  expect(readPlatformConfig(env)).toMatchObject({ trustProxy: true, tracesEndpoint: "http://127.0.0.1:4318" });
  expect(() => readPlatformConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: "nowhere" })).toThrow("OTEL_EXPORTER_OTLP_ENDPOINT");
});

test("a master key that is none is refused without being shown", () => {
  const wrong = "0123456789abcdef".repeat(3);
  expect(() => readPlatformConfig({ PLATFORM_MASTER_KEY: wrong })).toThrow(
    /^PLATFORM_MASTER_KEY must be 64 hexadecimal/,
  );
  expect(() => readPlatformConfig({ PLATFORM_MASTER_KEY: wrong })).not.toThrow(wrong);
  expect(readPlatformConfig({ PLATFORM_MASTER_KEY: "Ab".repeat(32) }).masterKey).toBe("Ab".repeat(32));
});

test("steps run at the same time as many as processors, at least two, or as many as is said", () => {
  expect(readPlatformConfig({}).maxSteps).toBe(Math.max(2, availableParallelism()));
  expect(readPlatformConfig({ PLATFORM_MAX_STEPS: "12" }).maxSteps).toBe(12);
  for (const text of ["0", "-1", "1.5", "many"])
    expect(() => readPlatformConfig({ PLATFORM_MAX_STEPS: text })).toThrow("PLATFORM_MAX_STEPS must be a whole number");
});

test("previews are limited in time and number, and images come from a registry without its scheme", () => {
  const defaults = { previewTtlHours: 24, maxPreviews: 10, registry: "localhost:5000" };
  expect(readPlatformConfig({})).toMatchObject(defaults);
  const registryOf = (text: string) => readPlatformConfig({ PLATFORM_REGISTRY_URL: text }).registry;
  expect(registryOf("https://registry.example/team/")).toBe("registry.example/team");
  expect(registryOf("127.0.0.1:5000")).toBe("127.0.0.1:5000");
  for (const text of ["ftp://x", "a b", "a:b", "http://user:secret@x", "x?y"])
    expect(() => registryOf(text)).toThrow("PLATFORM_REGISTRY_URL must be HOST");
  for (const name of ["PLATFORM_PREVIEW_TTL_HOURS", "PLATFORM_MAX_PREVIEWS"])
    expect(() => readPlatformConfig({ [name]: "0" })).toThrow(`${name} must be a whole number from 1`);
});

test("agents get the variables that are named and set, and never what opens the platform", () => {
  const env = { ANTHROPIC_API_KEY: "key", https_proxy: "http://proxy", AWS_REGION: "here", NO_PROXY: "" };
  expect(readPlatformConfig(env).agentEnvironment).toEqual({ ANTHROPIC_API_KEY: "key", https_proxy: "http://proxy" });
  const named = { ...env, PLATFORM_AGENT_ENV: "AWS_REGION, AWS_PROFILE" };
  expect(readPlatformConfig(named).agentEnvironment).toEqual({ AWS_REGION: "here" });
  for (const names of ["PLATFORM_MASTER_KEY", "DATABASE_URL", "PGPASSWORD", "A,,B", "A=1", "A B"])
    expect(() => readPlatformConfig({ PLATFORM_AGENT_ENV: names })).toThrow("PLATFORM_AGENT_ENV must be names");
});

test("sessions have a limit and an image", () => {
  expect(readPlatformConfig({})).toMatchObject({ maxSessions: 4, agentImage: "platform-claude-runner:latest" });
  const env = { PLATFORM_MAX_SESSIONS: "9", PLATFORM_AGENT_IMAGE: "registry.example/agent@sha256:0" };
  expect(readPlatformConfig(env)).toMatchObject({ maxSessions: 9, agentImage: "registry.example/agent@sha256:0" });
  expect(() => readPlatformConfig({ PLATFORM_AGENT_IMAGE: "a b" })).toThrow("PLATFORM_AGENT_IMAGE contains forbidden");
  expect(readPlatformConfig({ PLATFORM_MAX_SESSIONS: "0" })).toMatchObject({ maxSessions: 0 });
  expect(() => readPlatformConfig({ PLATFORM_MAX_SESSIONS: "-1" })).toThrow("PLATFORM_MAX_SESSIONS must be a whole");
});

test("steps and agents run locally unless a cluster is asked for, which has room for more", () => {
  expect(readPlatformConfig({}).kubernetes).toBeUndefined();
  expect(readPlatformConfig({ PLATFORM_RUNTIME: "kubernetes" })).toMatchObject({
    maxSteps: 50,
    maxSessions: 50,
    kubernetes: {
      namespace: "platform-agents",
      podUrl: "http://platform.platform.svc.cluster.local:8080",
      stepResources: { requests: { cpu: "250m", memory: "256Mi" }, limits: { memory: "4Gi" } },
    },
  });
  const env = {
    PLATFORM_RUNTIME: "kubernetes",
    PLATFORM_KUBE_NAMESPACE: "here",
    PLATFORM_POD_URL: "https://x/y/",
    PLATFORM_STEP_REQUESTS: "cpu=1, memory=1.5Gi",
  };
  expect(readPlatformConfig(env).kubernetes).toMatchObject({
    namespace: "here",
    podUrl: "https://x/y",
    stepResources: { requests: { cpu: "1", memory: "1.5Gi" } },
  });
  const wrong = {
    ...{ PLATFORM_KUBE_NAMESPACE: "A_b", PLATFORM_POD_URL: "ftp://x", PLATFORM_STEP_LIMITS: "cpu:1" },
    ...{
      PLATFORM_WORKLOAD_NAMESPACES: "-x",
      PLATFORM_WORKLOAD_ACCOUNT: "platform",
      PLATFORM_APPS_DOMAIN: "a_b.example",
    },
  };
  for (const [name, value] of Object.entries(wrong)) {
    expect(() => readPlatformConfig({ ...env, [name]: value })).toThrow(name);
  }
});

test("deployments have no Ingress unless a domain is named, and the rights that there are", () => {
  const env = { PLATFORM_RUNTIME: "kubernetes" };
  expect(readPlatformConfig(env).kubernetes?.workloads).toMatchObject({
    namespacePrefix: "platform-app",
    ingress: undefined,
    account: undefined,
  });
  const domain = { PLATFORM_APPS_DOMAIN: "https://apps.example.com", PLATFORM_INGRESS_CLASS: "nginx" };
  const account = { PLATFORM_WORKLOAD_ACCOUNT: "here/somebody" };
  expect(readPlatformConfig({ ...env, ...domain, ...account }).kubernetes?.workloads).toMatchObject({
    ingress: { domain: "apps.example.com", isHttps: true, className: "nginx" },
    account: { namespace: "here", name: "somebody", role: "platform-workloads" },
  });
});

test("a place to listen at is a host and a port", () => {
  expect(readPlatformConfig({})).toMatchObject({ host: "127.0.0.1", port: 8080, appsListen: undefined });
  const places = { PLATFORM_LISTEN: "[::1]:0", PLATFORM_APPS_LISTEN: "0.0.0.0:8081" };
  const appsListen = { host: "0.0.0.0", port: 8081 };
  expect(readPlatformConfig(places)).toMatchObject({ host: "::1", port: 0, appsListen });
  for (const name of ["PLATFORM_LISTEN", "PLATFORM_APPS_LISTEN"]) {
    expect(() => readPlatformConfig({ [name]: "8081" })).toThrow(`${name} must be HOST:PORT`);
    expect(() => readPlatformConfig({ [name]: "a:65536" })).toThrow(`${name} must have a port from 0 to 65535`);
  }
});
