import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { parseAllDocuments } from "yaml";
import * as z from "zod";
import { type Manifest, WorkloadError, type Workloads } from "../../workload.ts";
import { openKubeClient } from "../client.ts";
import type { WorkloadsConfig } from "../kubernetes-config.ts";
import { answer, type FakeApiServer, startFakeApiServer } from "../testing/fake-api-server.ts";
import { createKubernetesWorkloads } from "./kubernetes-workloads.ts";
import { type FakeObjects, fakeObjects } from "./testing/fake-objects.ts";
import { previewPlan, settings, workloadPlan } from "./testing/workload-plan.ts";

let server: FakeApiServer;
let cluster: FakeObjects;
let workloads: Workloads;
beforeEach(async () => {
  server = await startFakeApiServer();
  vi.stubEnv("KUBECONFIG", server.kubeconfig);
  cluster = fakeObjects(server);
  workloads = await open();
});
afterEach(async () => {
  await workloads.close();
  await server[Symbol.asyncDispose]();
});

const open = async (changes: Partial<WorkloadsConfig> = {}) =>
  createKubernetesWorkloads({
    client: await openKubeClient({ namespace: "here" }),
    installation: "installation-1",
    settings: { ...settings, ...changes },
  });

const { signal } = new AbortController();
const namespace = "/api/v1/namespaces/app-shop";
const deployment = "/apis/apps/v1/namespaces/app-shop/deployments/production";
const names = () => [...cluster.objects.keys()].map((path) => path.replace(/^.*\/namespaces\//, "")).sort();

/** The controller's word that a Deployment is as it should be. */
function ready(path = deployment): void {
  const object = cluster.objects.get(path);
  const counts = { replicas: 1, updatedReplicas: 1, availableReplicas: 1 };
  if (object !== undefined) Object.assign(object, { status: { observedGeneration: 1, ...counts } });
}

const configMap = (name: string): Manifest => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data: {} });

test("an image gets a Deployment, a Service and its secrets, in the project's namespace, and is ready when its pods are", async () => {
  const plan = workloadPlan();
  expect(await workloads.observe(plan)).toMatchObject({ status: "absent", reason: "gone" });
  await workloads.apply(plan, signal);
  expect(names()).toEqual([
    "app-shop",
    "app-shop/deployments/production",
    "app-shop/secrets/production",
    "app-shop/services/production",
  ]);
  expect(await workloads.observe(plan)).toMatchObject({ status: "progressing" });
  ready();
  expect(await workloads.observe(plan)).toEqual({
    ...{ status: "ready", reason: null, message: null },
    url: "http://production.app-shop.svc/",
  });
  const written = JSON.stringify(cluster.objects.get(deployment));
  expect(written).toContain('"value":"costs $$(PRICE)"');
  expect(written).not.toContain("open sesame");
  expect(cluster.objects.get(namespace)?.metadata.labels).toMatchObject({
    "platform.io/installation": "installation-1",
    "platform.io/project": plan.projectId,
    "pod-security.kubernetes.io/enforce": "baseline",
  });
});

test("with a domain, it has an Ingress, and that is its address", async () => {
  const ingress = { domain: "apps.example.com", isHttps: true, className: "nginx" };
  await using _ = { [Symbol.asyncDispose]: () => workloads.close() };
  workloads = await open({ ingress });
  await workloads.apply(workloadPlan(), signal);
  ready();
  expect((await workloads.observe(workloadPlan())).url).toBe("https://production.shop.apps.example.com/");
});

test("a preview has a namespace of its own, from which it reaches no private network", async () => {
  await workloads.apply(previewPlan(), signal);
  expect(names()).toEqual([
    "app-shop--topic",
    "app-shop--topic/deployments/preview",
    "app-shop--topic/networkpolicies/internet",
    "app-shop--topic/secrets/preview",
    "app-shop--topic/services/preview",
  ]);
});

test.each([
  ["is deleted", () => void cluster.objects.delete(deployment), "the Deployment production is not there"],
  ["is edited", () => cluster.edit(deployment), "the Deployment production was changed by kubectl"],
  [
    "is scaled by what leaves no trace",
    () => Object.assign(cluster.objects.get(deployment) ?? {}, { spec: { replicas: 5 } }),
    "the Deployment production was changed",
  ],
  [
    "lies in a namespace that is deleted",
    () => {
      for (const path of [...cluster.objects.keys()]) cluster.objects.delete(path);
    },
    "its namespace app-shop is not there",
  ],
])("a Deployment that %s is seen, and applied again", async (_, meddle, message) => {
  await workloads.apply(workloadPlan(), signal);
  ready();
  meddle();
  expect(await workloads.observe(workloadPlan())).toMatchObject({ status: "absent", reason: "gone", message });
  await workloads.apply(workloadPlan(), signal);
  ready();
  expect(await workloads.observe(workloadPlan())).toMatchObject({ status: "ready" });
});

test("while its Deployment is as it should be one request is enough, and the rest is looked at every few minutes", async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  try {
    await workloads.apply(workloadPlan(), signal);
    ready();
    expect(await workloads.observe(workloadPlan())).toMatchObject({ status: "ready" });
    cluster.objects.delete(`${namespace}/services/production`);
    const before = server.requests.length;
    expect(await workloads.observe(workloadPlan())).toMatchObject({ status: "ready" });
    expect(server.requests.length - before).toBe(1);
    vi.advanceTimersByTime(5 * 60_000);
    const message = "the Service production is not there";
    expect(await workloads.observe(workloadPlan())).toMatchObject({ status: "absent", message });
  } finally {
    vi.useRealTimers();
  }
});

test("what was applied for another generation is not what should be", async () => {
  await workloads.apply(workloadPlan(), signal);
  ready();
  expect(await workloads.observe(workloadPlan({ generation: 2 }))).toMatchObject({ status: "absent" });
});

test("manifests are applied where the workload is, with its labels, and what they hold no longer is removed", async () => {
  const elsewhere = { ...configMap("two"), metadata: { name: "two", namespace: "kube-system" } };
  const disruption = { apiVersion: "policy/v1", kind: "PodDisruptionBudget", metadata: { name: "one" }, spec: {} };
  await workloads.apply(workloadPlan({ manifests: [configMap("one"), elsewhere, disruption] }), signal);
  await workloads.apply(workloadPlan({ generation: 2, manifests: [configMap("two")] }), signal);
  expect(names()).toEqual(["app-shop", "app-shop/configmaps/two", "app-shop/secrets/production"]);
  expect(cluster.objects.get(`${namespace}/configmaps/two`)?.metadata).toMatchObject({
    namespace: "app-shop",
    labels: { "platform.io/workload": workloadPlan().workloadId },
    annotations: { "platform.io/generation": "2" },
  });
  expect(await workloads.observe(workloadPlan({ generation: 2, manifests: [configMap("two")] }))).toMatchObject({
    status: "ready",
    url: null,
  });
});

test("how many pods there are is an autoscaler's to say, where the manifests have one", async () => {
  const app = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "production" } };
  const spec = { replicas: 2, template: { metadata: {}, spec: {} } };
  const scaler = {
    ...{ apiVersion: "autoscaling/v2", kind: "HorizontalPodAutoscaler", metadata: { name: "production" } },
    spec: { scaleTargetRef: { kind: "Deployment", name: "production" } },
  };
  await workloads.apply(workloadPlan({ manifests: [{ ...app, spec }, scaler] }), signal);
  expect(cluster.objects.get(deployment)).not.toHaveProperty("spec.replicas");
  expect(cluster.objects.get(deployment)).toHaveProperty("spec.template.spec.automountServiceAccountToken", false);
});

test.each([
  ["a namespace", namespace, workloadPlan()],
  ["an object", `${namespace}/configmaps/one`, workloadPlan({ manifests: [configMap("one")] })],
])("%s of that name that is not the platform's is left as it is, and that is final", async (_, path, plan) => {
  if (path !== namespace) await workloads.apply(workloadPlan(), signal);
  const name = path.split("/").at(-1) ?? "";
  const theirs = { kind: "", metadata: { name, labels: { theirs: "yes" }, annotations: {} } };
  const there = { ...theirs, metadata: { ...theirs.metadata, uid: "theirs", managedFields: [], generation: 1 } };
  cluster.objects.set(path, there);
  const failure = await workloads.apply(plan, signal).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(WorkloadError);
  expect(failure).toMatchObject({ reason: "conflict", isFinal: true });
  expect(cluster.objects.get(path)).toBe(there);
  if (path === namespace) expect(await workloads.remove(plan)).toBe(true);
  expect(cluster.objects.has(path)).toBe(true);
});

test.each([
  ["a quota", 403, "exceeded quota: small", { reason: "quota", isFinal: false }],
  ["an unknown field", 500, "failed to create typed patch object: .a", { reason: "refused", isFinal: true }],
  ["a broken object", 422, "spec.foo: unknown", { reason: "refused", isFinal: true }],
  ["a kind that it does not know", 404, "could not find the resource", { reason: "refused", isFinal: true }],
  ["a namespace that has just gone", 404, 'namespaces "app-shop" not found', { reason: "gone", isFinal: false }],
])("what the cluster refuses for %s is said", async (_, code, message, expected) => {
  cluster.refusals.set("patch deployments.apps", [code, message]);
  const failure = await workloads.apply(workloadPlan(), signal).catch((error: unknown) => error);
  expect(failure).toMatchObject({ ...expected, message: expect.stringContaining(message) });
});

test("a commit is no image, and that is said before anything is made", async () => {
  const plan = workloadPlan({ imageRef: `git:${"0".repeat(40)}` });
  await expect(workloads.apply(plan, signal)).rejects.toMatchObject({ reason: "unsupported_image", isFinal: true });
  expect(names()).toEqual([]);
});

test("where it has no rights yet it takes those of its role, and then goes on", async () => {
  cluster.refusals.set("list secrets", [403, "is forbidden"]);
  const taken = vi.waitFor(() => expect(cluster.asked).toContain("create rolebindings.rbac.authorization.k8s.io"));
  const applied = workloads.apply(workloadPlan(), signal);
  await taken;
  cluster.refusals.clear();
  await applied;
  const binding = [...cluster.objects].find(([path]) => path.includes("rolebindings"))?.[1];
  expect(binding).toMatchObject({
    roleRef: { kind: "ClusterRole", name: "platform-workloads" },
    subjects: [{ kind: "ServiceAccount", namespace: "platform", name: "platform" }],
  });
});

test("removed, a deployment takes its namespace along unless another one is in it; a preview always", async () => {
  const staging = workloadPlan({ workloadId: "2b2c6a54-8f4e-4b6e-9d62-5f0f6f6d7a13", label: "staging" });
  for (const plan of [workloadPlan(), staging, previewPlan()]) await workloads.apply(plan, signal);
  expect(await workloads.remove(workloadPlan())).toBe(false);
  expect(await workloads.remove(workloadPlan())).toBe(true);
  expect(names().filter((name) => /^app-shop(\/|$)/.test(name))).toEqual([
    ...["app-shop", "app-shop/deployments/staging", "app-shop/secrets/staging", "app-shop/services/staging"],
  ]);
  expect(await workloads.remove(staging)).toBe(false);
  expect(await workloads.remove(previewPlan())).toBe(false);
  expect(names()).toEqual([]);
  expect(await workloads.remove(staging)).toBe(true);
});

test("stopped, it keeps all but what runs", async () => {
  await workloads.apply(workloadPlan(), signal);
  expect(await workloads.stop(workloadPlan())).toBe(false);
  expect(await workloads.stop(workloadPlan())).toBe(true);
  expect(names()).toEqual(["app-shop", "app-shop/secrets/production", "app-shop/services/production"]);
});

test("what nobody wants is removed, with namespaces that hold nothing else, and nothing that others have made", async () => {
  const staging = workloadPlan({ workloadId: "2b2c6a54-8f4e-4b6e-9d62-5f0f6f6d7a13", label: "staging" });
  for (const plan of [workloadPlan(), staging, previewPlan()]) await workloads.apply(plan, signal);
  const theirs = { name: "theirs", uid: "theirs", managedFields: [], generation: 1 };
  const labels = { "app.kubernetes.io/managed-by": "platform", "platform.io/installation": "installation-2" };
  cluster.objects.set("/api/v1/namespaces/theirs", { kind: "", metadata: { ...theirs, labels, annotations: {} } });
  await workloads.removeOrphans(async (id) => id === staging.workloadId);
  expect(names()).toEqual([
    ...["app-shop", "app-shop/deployments/staging", "app-shop/secrets/staging", "app-shop/services/staging", "theirs"],
  ]);
  // Projects' namespaces are looked into less often.
  await workloads.removeOrphans(async () => false);
  expect(names()).toContain("app-shop");
  await (await open()).removeOrphans(async () => false);
  expect(names()).toEqual(["theirs"]);
});

test("a log is that of the newest pod, without the workload's secrets", async () => {
  await workloads.apply(workloadPlan(), signal);
  const pod = (name: string, creationTimestamp: string, restartCount: number) => ({
    metadata: { name, uid: name, creationTimestamp },
    status: { containerStatuses: [{ name: "app", restartCount }] },
  });
  const items = [pod("old", "2026-01-01T00:00:00Z", 1), pod("new", "2026-01-02T00:00:00Z", 0)];
  server.handlers.unshift((request, response, url) => {
    const log = /\/pods\/([^/]+)\/log$/.exec(url.pathname)?.[1];
    if (log !== undefined) response.end(`${log} ${url.searchParams.get("previous")}: open sesame\n`);
    else if (url.pathname.endsWith("/pods")) answer(response, 200, { items });
    else return false;
    cluster.asked.add(log === undefined ? "list pods" : "get pods/log");
    return request.method === "GET";
  });
  expect(await workloads.logs(workloadPlan(), { tail: 10, previous: false })).toBe("new false: ***\n");
  expect(await workloads.logs(workloadPlan(), { tail: 10, previous: true })).toBe("old true: ***\n");
});

test("a log that cannot be read while its container is being replaced is asked for again, and is none if it is gone", async () => {
  await workloads.apply(workloadPlan(), signal);
  const words = "unable to retrieve container logs for docker://16d59a019949236f";
  const bodies = [words, "it crashed\n"];
  server.handlers.unshift((_, response, url) => {
    const pod = {
      metadata: { name: "web", uid: "web" },
      status: { containerStatuses: [{ name: "app", restartCount: 1 }] },
    };
    if (url.pathname.endsWith("/log")) response.end(bodies.shift() ?? words);
    else if (url.pathname.endsWith("/pods")) answer(response, 200, { items: [pod] });
    else return false;
    return true;
  });
  expect(await workloads.logs(workloadPlan(), { tail: 10, previous: true })).toBe("it crashed\n");
  expect(await workloads.logs(workloadPlan(), { tail: 10, previous: true })).toBe("");
});

test("what a crash printed is told without the secrets that it had, which the project may have others of by now", async () => {
  await workloads.apply(workloadPlan(), signal);
  Object.assign(cluster.objects.get(deployment) ?? {}, {
    status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, availableReplicas: 0 },
  });
  const crashed = {
    ...{ name: "app", restartCount: 4, state: { waiting: { reason: "CrashLoopBackOff" } } },
    lastState: { terminated: { exitCode: 3 } },
  };
  const metadata = { name: "web", uid: "web", annotations: { "platform.io/generation": "1" } };
  server.handlers.unshift((_, response, url) => {
    if (url.pathname.endsWith("/pods")) {
      answer(response, 200, { items: [{ metadata, status: { containerStatuses: [crashed] } }] });
    } else if (url.pathname.endsWith("/log")) response.end("neither open sesame nor close barley\n");
    else return false;
    return true;
  });
  const plan = workloadPlan({ secrets: { DATABASE_KEY: "close barley" } });
  const state = await workloads.observe(plan);
  expect(state).toMatchObject({ status: "failing", reason: "crash_loop" });
  expect(state.message).toMatch(/Its last lines:\nneither \*\*\* nor \*\*\*$/);
});

test("a change of a Deployment is told of, and what is new is not", async () => {
  const event = (type: string, workload: string) =>
    `${JSON.stringify({ type, object: { metadata: { resourceVersion: "1", labels: { "platform.io/workload": workload } } } })}\n`;
  server.handlers.unshift((_, response, url) => {
    if (url.searchParams.get("watch") !== "true") return false;
    response.writeHead(200, { "content-type": "application/json" });
    response.write(event("ADDED", "a") + event("MODIFIED", "b") + event("DELETED", "c"));
    return true;
  });
  const told: string[] = [];
  workloads.watch((workloadId) => void told.push(workloadId));
  await vi.waitFor(() => expect(told).toEqual(["b", "c"]));
  expect(server.requests.at(-1)).toContain("/apis/apps/v1/deployments?watch=true");
});

const role = z.object({
  kind: z.string(),
  rules: z
    .array(z.object({ apiGroups: z.array(z.string()), resources: z.array(z.string()), verbs: z.array(z.string()) }))
    .default([]),
});

test("the roles allow exactly what it does", async () => {
  cluster.refusals.set("list secrets", [403, "is forbidden"]);
  const first = workloads.apply(workloadPlan(), signal);
  await vi.waitFor(() => expect(cluster.asked).toContain("create rolebindings.rbac.authorization.k8s.io"));
  cluster.refusals.clear();
  await first;
  const ingress = { domain: "apps.example.com", isHttps: false, className: undefined };
  await using withIngress = { workloads: await open({ ingress }), [Symbol.asyncDispose]: async () => {} };
  await withIngress.workloads.apply(previewPlan(), signal);
  const others = ["autoscaling/v1 HorizontalPodAutoscaler", "policy/v1 PodDisruptionBudget", "v1 ConfigMap"].map(
    (each) => {
      const [apiVersion = "", kind = ""] = each.split(" ");
      return { apiVersion, kind, metadata: { name: "more" }, spec: {} };
    },
  );
  await workloads.apply(previewPlan({ generation: 2, manifests: others }), signal);
  await workloads.apply(previewPlan({ generation: 3, manifests: [] }), signal);
  await workloads.observe(workloadPlan());
  await workloads.stop(workloadPlan());
  Object.assign(cluster.objects.get(namespace)?.metadata.labels ?? {}, { "pod-security.kubernetes.io/enforce": "" });
  await workloads.apply(workloadPlan(), signal);
  const { labels = {} } = cluster.objects.get(`${namespace}/secrets/production`)?.metadata ?? {};
  const pod = { name: "pod", uid: "pod", labels, annotations: {}, managedFields: [], generation: 1 };
  const status = { containerStatuses: [{ name: "app" }] };
  cluster.objects.set(`${namespace}/pods/pod`, Object.assign({ kind: "Pod", metadata: pod }, { status }));
  await workloads.logs(workloadPlan(), { tail: 1, previous: false });
  const staging = workloadPlan({ workloadId: "2b2c6a54-8f4e-4b6e-9d62-5f0f6f6d7a13", label: "staging" });
  await workloads.apply(staging, signal);
  await workloads.remove(staging);
  await workloads.removeOrphans(async () => false);
  workloads.watch(() => {});
  await vi.waitFor(() => expect(cluster.asked).toContain("watch deployments.apps"));

  const file = join(import.meta.dirname, "../../../../../../kubernetes/base/workloads/access.yaml");
  const allowed = parseAllDocuments(readFileSync(file, "utf8")).flatMap((document) =>
    role
      .parse(document.toJS())
      .rules.flatMap(({ apiGroups: [group = ""], resources, verbs }) =>
        resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource}${group && `.${group}`}`)),
      ),
  );
  const isUsed = (right: string) => right !== "bind clusterroles.rbac.authorization.k8s.io";
  expect([...cluster.asked].sort()).toEqual([...new Set(allowed)].filter(isUsed).sort());
});
