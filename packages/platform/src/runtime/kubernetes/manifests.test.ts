import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import * as z from "zod";
import { readPlatformConfig } from "../../config.ts";
import { labelsOf } from "./names.ts";
import { previewNetwork } from "./workloads/objects/preview-network.ts";

const root = join(import.meta.dirname, "../../../../..");
const base = join(root, "kubernetes/base");

const labels = z.record(z.string(), z.string());
const selector = z.object({ matchLabels: labels.optional() });
const container = z.object({
  image: z.string(),
  envFrom: z.array(z.record(z.string(), z.object({ name: z.string() }).or(z.string()))),
  env: z.array(z.object({ name: z.string(), valueFrom: z.object({ secretKeyRef: z.object({ name: z.string() }) }) })),
  ports: z.array(z.object({ name: z.string(), containerPort: z.int() })),
  securityContext: z.looseObject({}),
  volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string() })),
});
const manifest = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.object({ name: z.string(), namespace: z.string().optional(), labels: labels.optional() }),
  data: labels.optional(),
  roleRef: z.object({ kind: z.string(), name: z.string() }).optional(),
  subjects: z.array(z.object({ kind: z.string(), name: z.string(), namespace: z.string() })).optional(),
  rules: z
    .array(
      z.object({
        apiGroups: z.array(z.string()),
        resources: z.array(z.string()),
        resourceNames: z.array(z.string()).optional(),
        verbs: z.array(z.string()),
      }),
    )
    .optional(),
  spec: z.unknown().optional(),
});

const files = z
  .object({ resources: z.array(z.string()) })
  .parse(parse(readFileSync(join(base, "kustomization.yaml"), "utf8"))).resources;
const objects = files.flatMap((file) =>
  parseAllDocuments(readFileSync(join(base, file), "utf8")).map((document) => manifest.parse(document.toJS())),
);

function find(kind: string, name: string) {
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
  if (found === undefined) throw new Error(`there is no ${kind} ${name}`);
  return found;
}

const deployment = z
  .object({
    spec: z.object({
      template: z.object({
        metadata: z.object({ labels }),
        spec: z.looseObject({
          serviceAccountName: z.string(),
          securityContext: z.looseObject({}),
          containers: z.tuple([container]),
          volumes: z.array(
            z.looseObject({
              name: z.string(),
              persistentVolumeClaim: z.object({ claimName: z.string() }).optional(),
            }),
          ),
        }),
      }),
    }),
  })
  .parse(find("Deployment", "platform")).spec.template;
const [platform] = deployment.spec.containers;
const policies = objects.filter(({ kind }) => kind === "NetworkPolicy");

test("every file is part of it, and no two objects have one name", () => {
  const there = readdirSync(base, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".yaml"));
  expect(["kustomization.yaml", ...files].sort()).toEqual(there.sort());
  const names = objects.map(({ kind, metadata: { namespace, name } }) => `${kind} ${namespace} ${name}`);
  expect(names).toEqual([...new Set(names)]);
});

test("it needs only what clusters from 1.20 on have", () => {
  expect(new Set(objects.map(({ apiVersion }) => apiVersion))).toEqual(
    new Set(["v1", "apps/v1", "rbac.authorization.k8s.io/v1", "networking.k8s.io/v1"]),
  );
});

test("each object is in one of its own namespaces, and what it refers to is there or documented", () => {
  const namespaces = objects.filter(({ kind }) => kind === "Namespace").map(({ metadata }) => metadata.name);
  const [namespace] = namespaces;
  for (const { kind, metadata } of objects) {
    if (kind === "Namespace" || kind.startsWith("Cluster")) expect(metadata.namespace).toBeUndefined();
    else expect(namespaces).toContain(metadata.namespace);
  }
  const { subjects = [], roleRef } = find("RoleBinding", "platform-runtime");
  expect(roleRef).toEqual({ kind: "Role", name: "platform-runtime" });
  expect(subjects).toEqual([{ kind: "ServiceAccount", name: deployment.spec.serviceAccountName, namespace }]);
  const everywhere = find("ClusterRoleBinding", "platform-namespaces");
  expect(everywhere).toMatchObject({ roleRef: { kind: "ClusterRole", name: "platform-namespaces" }, subjects });
  find("ServiceAccount", deployment.spec.serviceAccountName);
  find("ConfigMap", "platform");
  for (const { persistentVolumeClaim } of deployment.spec.volumes) {
    if (persistentVolumeClaim !== undefined) find("PersistentVolumeClaim", persistentVolumeClaim.claimName);
  }
  const operating = readFileSync(join(root, "docs/operating.md"), "utf8");
  for (const { name, valueFrom } of platform.env) {
    expect(operating).toContain(name);
    expect(operating).toContain(`secret generic ${valueFrom.secretKeyRef.name} `);
  }
  expect(operating).toContain("secret generic platform-agent-environment ");
});

test("the platform runs without more rights than an ordinary program", () => {
  expect(deployment.spec.securityContext).toMatchObject({
    runAsNonRoot: true,
    runAsUser: 1000,
    seccompProfile: { type: "RuntimeDefault" },
  });
  expect(platform.securityContext).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  });
  const text = JSON.stringify(objects);
  expect(text).not.toMatch(/hostPath|hostNetwork|hostPID|hostIPC|hostPort|privileged|cluster-admin|"\*"/);
});

test("the variables are those of a platform that runs things here, and are reached where pods look for it", () => {
  const { data = {} } = find("ConfigMap", "platform");
  const config = readPlatformConfig(data);
  expect(config.kubernetes?.namespace).toBe(find("Role", "platform-runtime").metadata.namespace);
  expect(platform.volumeMounts.map(({ mountPath }) => mountPath)).toContain(config.dataDirectory);
  const service = find("Service", "platform");
  const { ports, selector: selected } = z
    .object({ selector: labels, ports: z.array(z.object({ port: z.int(), targetPort: z.string() })) })
    .parse(service.spec);
  const [port] = ports;
  expect(config.kubernetes?.podUrl).toBe(
    `http://${service.metadata.name}.${service.metadata.namespace}.svc.cluster.local:${port?.port}`,
  );
  expect(platform.ports).toEqual([{ name: port?.targetPort, containerPort: config.port }]);
  expect(config.host).toBe("0.0.0.0");
  expect(deployment.metadata.labels).toMatchObject(selected);
});

test("the network policies are for the pods that there are", () => {
  const run = { stepId: "1", attempt: 1 };
  const pod = labelsOf({ component: "step", installation: "1", projectId: "1", run });
  for (const { metadata, spec } of policies) {
    const { podSelector } = z.object({ podSelector: selector }).parse(spec);
    const labels = metadata.namespace === "platform" ? deployment.metadata.labels : pod;
    expect(labels).toMatchObject(podSelector.matchLabels ?? {});
  }
  const way = z
    .object({
      egress: z.tuple([
        z.object({
          to: z.tuple([z.object({ namespaceSelector: selector, podSelector: selector })]),
          ports: z.tuple([z.object({ protocol: z.literal("TCP"), port: z.literal(8080) })]),
        }),
      ]),
    })
    .parse(policies.find(({ metadata }) => metadata.name === "platform" && metadata.namespace !== "platform")?.spec);
  const [to] = way.egress[0].to;
  expect(deployment.metadata.labels).toMatchObject(to.podSelector.matchLabels ?? {});
  expect(find("Namespace", "platform").metadata.labels).toMatchObject(to.namespaceSelector.matchLabels ?? {});
});

/** The IPv6 addresses by which networks of IPv6 alone reach those of IPv4 (RFC 6052). */
function translated(network: string): string {
  const [address, bits] = network.split("/");
  const { hostname } = new URL(`http://[64:ff9b::${address}]/`);
  return `${hostname.slice(1, -1)}/${96 + Number(bits)}`;
}

test("of the internet, agents reach no address that is a network's or a cloud's own", () => {
  const internet = find("NetworkPolicy", "internet");
  const { egress } = z
    .object({
      egress: z.array(
        z.object({
          to: z.array(
            z.looseObject({ ipBlock: z.object({ cidr: z.string(), except: z.array(z.string()) }).optional() }),
          ),
        }),
      ),
    })
    .parse(internet.spec);
  const blocks = egress.flatMap(({ to }) => to.flatMap(({ ipBlock }) => ipBlock ?? []));
  const private4 = [
    ...["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16"],
    ...["172.16.0.0/12", "192.168.0.0/16"],
  ];
  expect(Object.fromEntries(blocks.map(({ cidr, except }) => [cidr, except]))).toEqual({
    "0.0.0.0/0": private4,
    "::/0": ["::1/128", ...private4.map(translated), "64:ff9b:1::/48", "fc00::/7", "fe80::/10"],
  });
});

/** What the sources that run steps and agents ask of the API server, as `verb resource`. */
function used(): ReadonlySet<string> {
  const found = new Set<string>();
  for (const file of readdirSync(import.meta.dirname, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".ts") || file.includes("test") || file.startsWith("workloads/")) continue;
    const source = readFileSync(join(import.meta.dirname, file), "utf8");
    for (const [, verb = "", kind = ""] of source.matchAll(/\bcore\.([a-z]+)Namespaced([A-Za-z]+)\(/g)) {
      found.add(`${verb === "read" ? "get" : verb} ${kind.toLowerCase()}s`);
    }
    if (source.includes('watch: "true"')) found.add("watch pods");
    if (/\/pods\/\$\{\w+\}\/log`/.test(source)) found.add("get pods/log");
    // Over a WebSocket, which begins with GET.
    if (/\/pods\/\$\{\w+\}\/exec`/.test(source)) found.add("get pods/exec").add("create pods/exec");
  }
  return found;
}

test("the role of steps and agents allows exactly what the runtime does", () => {
  const { rules = [] } = find("Role", "platform-runtime");
  const allowed = rules.flatMap(({ apiGroups, resources, verbs }) => {
    expect(apiGroups).toEqual([""]);
    return resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource}`));
  });
  expect(allowed.sort()).toEqual([...used()].sort());
});

test("the configuration names the account and the role that the platform takes in namespaces of workloads", () => {
  const { kubernetes } = readPlatformConfig(find("ConfigMap", "platform").data ?? {});
  const { account } = kubernetes?.workloads ?? {};
  const { subjects = [] } = find("ClusterRoleBinding", "platform-namespaces");
  expect(subjects).toEqual([{ kind: "ServiceAccount", namespace: account?.namespace, name: account?.name }]);
  const { metadata } = find("ClusterRole", account?.role ?? "");
  const { rules = [] } = find("ClusterRole", "platform-namespaces");
  expect(rules.filter(({ verbs }) => verbs.includes("bind"))).toMatchObject([{ resourceNames: [metadata.name] }]);
});

test("previews reach of the network what agents do: the internet, and the platform, which takes their telemetry", () => {
  const ways = policies
    .filter(({ metadata }) => metadata.namespace === "platform-agents")
    .flatMap(({ spec }) => z.object({ egress: z.array(z.unknown()).default([]) }).parse(spec).egress);
  expect(previewNetwork.spec).toEqual({ podSelector: {}, policyTypes: ["Egress"], egress: ways });
});
