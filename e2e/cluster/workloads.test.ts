import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, test } from "vitest";
import { type ClusterPlatform, startClusterPlatform } from "./lib/cluster-platform.ts";
import { type ClusterProject, clusterProject, deploying, namespaceGone } from "./lib/deployed.ts";
import { webImage } from "./lib/environment.ts";
import type { KubeObject, List, Pod } from "./lib/kube-objects.ts";
import { kubectl, kubectlWith, kubeGet } from "./lib/kubectl.ts";
import { shopManifests, shopSettings } from "./lib/shop-manifests.ts";

const secret = `secret-${randomBytes(16).toString("hex")}`;
const production = { environment: "production" };

describe.runIf(webImage)("deployments and previews", { concurrent: true, timeout: 300_000 }, () => {
  let platform: ClusterPlatform;
  beforeAll(async () => {
    platform = await startClusterPlatform({
      PLATFORM_WORKLOAD_REQUESTS: "cpu=10m,memory=32Mi",
      PLATFORM_STEP_REQUESTS: "cpu=10m,memory=32Mi",
    });
  });
  afterAll(() => platform?.[Symbol.asyncDispose]());

  /** A project with a healthy production deployment. */
  async function deployed(name: string): Promise<ClusterProject> {
    const project = await clusterProject(platform, name);
    await create(project);
    await project.api.until(() => project.api.production(), { current_status: "healthy", observed_generation: 1 });
    return project;
  }

  /** A request to what administrators look after. */
  async function admin(method: string, path: string, body?: object): Promise<{ readonly id: string }> {
    const response = await fetch(`${platform.served.url}/api/admin/${path}`, {
      method,
      headers: { authorization: `Bearer ${platform.token}`, ...(body && { "content-type": "application/json" }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return JSON.parse(await response.text());
  }

  const create = ({ api }: ClusterProject, tag = "one") =>
    api.request("POST", "deployments", { environment: "production", image_ref: `${webImage}:${tag}` });
  const update = ({ api }: ClusterProject, image_ref: string) =>
    api.request("PATCH", "deployments/production", { image_ref });
  const until = ({ api }: ClusterProject, wanted: object) => api.until(() => api.production(), wanted);

  test("a branch has a preview with what it holds, and when it is merged that is production's, and the preview gone", async ({
    expect,
  }) => {
    await using project = await clusterProject(platform, "story");
    const { api } = project;
    const main = await api.push("main", { ".platform.yaml": deploying("one") });
    await api.healthy(() => api.production(), main);
    expect(await project.visit(production)).toBe(`one production - ${main}`);

    const topic = await api.push("Feature/1", { ".platform.yaml": deploying("two") });
    const url = await api.healthy(() => api.preview("feature-1"), topic);
    expect(await project.visit({ preview: "feature-1" })).toBe(`two preview Feature/1 ${topic}`);
    expect(await project.visit(production)).toBe(`one production - ${main}`);
    expect(url).toBe(`http://preview.${project.namespace("feature-1")}.svc/`);

    const second = await api.push("Feature/1", { "more.txt": "more" });
    await api.healthy(() => api.preview("feature-1"), second);
    expect(await project.visit({ preview: "feature-1" })).toBe(`two preview Feature/1 ${second}`);

    const wish = { source_branch: "Feature/1", target_branch: "main", title: "Merge it" };
    const { number } = await api.request("POST", "merge-requests", wish);
    const { merge_commit_sha } = await api.request("POST", `merge-requests/${number}/merge`, {});
    await api.healthy(() => api.production(), merge_commit_sha);
    expect(await project.visit(production)).toBe(`two production - ${merge_commit_sha}`);
    await namespaceGone(project.namespace("feature-1"));
    await expect(api.preview("feature-1")).rejects.toThrow("404");
    await expect
      .poll(() => api.history("previews/feature-1"), { timeout: 60_000 })
      .toEqual(["stop success merged", "deploy success", "deploy success"]);
  });

  test("an image that cannot be pulled is said, what ran goes on, and the next image heals it", async ({ expect }) => {
    await using project = await deployed("image");
    await update(project, "127.0.0.1:1/none:1");
    const state = await until(project, { observed_generation: 2, reason: "image_pull", current_status: "failed" });
    expect(state.message).toMatch(/^its image cannot be pulled: .*127\.0\.0\.1:1.*; what ran before still does$/s);
    expect(await project.visit(production)).toMatch(/^one /);
    await update(project, `${webImage}:two`);
    await until(project, { observed_generation: 3, current_status: "healthy", reason: null, message: null });
    expect(await project.visit(production)).toMatch(/^two /);
  });

  test("a process that crashes is said with its last lines, without the secrets in them; its log can be read", async ({
    expect,
  }) => {
    await using project = await clusterProject(platform, "crash");
    const { api } = project;
    await api.request("POST", "secrets", { name: "DATABASE_KEY", value: secret, scope: "deploy" });
    await create(project, "crash");
    const state = await until(project, { reason: "crash_loop", current_status: "failed" });
    expect(state.message).toMatch(/^it was started \d times and ended each time, the last with exit code 3/);
    expect(state.message).toMatch(/Its last lines:\nthis is crash\nthere is no database with \*\*\*$/);
    expect(state.next_attempt_at).not.toBeNull();
    const log = await api.log("deployments/production", "?previous=true");
    expect(log).toBe("this is crash\nthere is no database with ***\n");
    const pods = await kubeGet<List<Pod>>(`/api/v1/namespaces/${project.namespace()}/pods`);
    const deployments = await project.kubectl("get", "deployments,services,events", "--output", "json");
    for (const text of [JSON.stringify(pods), deployments, platform.served.printed]) expect(text).not.toContain(secret);
    expect(await api.history("deployments/production")).toContain("deploy failure crash_loop");
  });

  test("a probe that fails is said: of what is new while it waits, of what was ready as soon as it is not", async ({
    expect,
  }) => {
    await using project = await deployed("probe");
    await project.visit(production, "break").catch(() => {});
    const state = await until(project, { current_status: "degraded", reason: "not_ready" });
    expect(state.message).toMatch(/^it runs, but is not ready: Readiness probe failed: .*500/);
    await update(project, `${webImage}:unready`);
    const waiting = { observed_generation: 2, current_status: "syncing", reason: "not_ready" };
    await until(project, { ...waiting, message: expect.stringMatching(/Readiness probe failed: .*500/) });
    await update(project, `${webImage}:two`);
    await until(project, { observed_generation: 3, current_status: "healthy" });
    expect(await project.visit(production)).toMatch(/^two /);
  });

  test("a Deployment that somebody edits, scales or deletes is as it should be again", async ({ expect }) => {
    await using project = await deployed("drift");
    const image = () =>
      project.kubectl("get", "deployment", "production", "--output", "jsonpath={..image} {.spec.replicas}");
    const asItShould = () => expect.poll(image, { timeout: 60_000 }).toBe(`${webImage}:one 1`);
    await project.kubectl("set", "image", "deployment/production", `app=${webImage}:two`);
    await asItShould();
    await project.kubectl("scale", "deployment/production", "--replicas=3");
    await asItShould();
    await project.kubectl("delete", "deployment", "production");
    await expect.poll(() => image().catch(() => ""), { timeout: 60_000 }).toBe(`${webImage}:one 1`);
    await until(project, { current_status: "healthy", reason: null });
    expect(await project.visit(production)).toMatch(/^one /);
    // None of that was a deployment.
    expect(await project.api.history("deployments/production")).toEqual(["deploy success"]);
  });

  test("a namespace that somebody deletes is made again, with all that was in it", async ({ expect }) => {
    await using project = await deployed("namespace");
    const namespace = () => kubeGet<KubeObject>(`/api/v1/namespaces/${project.namespace()}`);
    const { uid } = (await namespace()).metadata;
    await kubectl(["delete", "namespace", project.namespace(), "--wait=false"]);
    await expect
      .poll(async () => (await namespace().catch(() => undefined))?.metadata.uid ?? uid, { timeout: 120_000 })
      .not.toBe(uid);
    await until(project, { current_status: "healthy" });
    await expect.poll(() => project.visit(production).catch(() => ""), { timeout: 60_000 }).toMatch(/^one /);
  });

  test("a namespace that is somebody else's is left alone, and that is said", async ({ expect }) => {
    await using project = await clusterProject(platform, "theirs");
    await kubectl(["create", "namespace", project.namespace()]);
    await create(project);
    const state = await until(project, { current_status: "failed", reason: "conflict", stalled: true });
    expect(state.message).toContain(`the namespace ${project.namespace()} is not this platform's`);
    await project.api.request("DELETE", "deployments/production");
    await expect.poll(() => project.api.production().catch(String), { timeout: 60_000 }).toContain("404");
    expect(await project.kubectl("get", "deployments", "--output", "name")).toBe("");
    expect(await kubectl(["get", "namespace", project.namespace(), "--output", "name"])).toContain("namespace/");
  });

  test("a quota that leaves no room is said, and with room it becomes healthy", async ({ expect }) => {
    await using project = await deployed("quota");
    const quota = {
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: { name: "small" },
      spec: { hard: { pods: "1" } },
    };
    await kubectlWith(JSON.stringify(quota), ["apply", "--namespace", project.namespace(), "--filename", "-"]);
    await update(project, `${webImage}:two`);
    const state = await until(project, { reason: "quota", current_status: "failed" });
    expect(state.message).toMatch(/exceeded quota: small/);
    await project.kubectl("delete", "resourcequota", "small");
    await until(project, { observed_generation: 2, current_status: "healthy" });
  });

  test("manifests of an ops repo are applied, and brought up to date with it; what they hold no longer is removed", async ({
    expect,
  }) => {
    await using ops = await clusterProject(platform, "ops");
    await using project = await clusterProject(platform, "shop");
    await ops.api.push("main", { "deploy.yaml": shopManifests(shopSettings) });
    const { id } = await admin("POST", "ops-repos", { name: "ops", repo_url: "project:admin/ops" });
    const wish = { ops_repo_id: id, values_override: { replicas: 2, greeting: "hello" } };
    await project.api.request("POST", "deployments", {
      ...wish,
      environment: "production",
      image_ref: `${webImage}:one`,
    });
    await until(project, { current_status: "healthy", url: `http://shop.${project.namespace()}.svc/` });
    expect(await project.visit({ environment: "shop" })).toBe("one hello - -");
    const names = () => project.kubectl("get", "configmaps,deployments,services", "--output", "name");
    expect(await names()).toContain("configmap/settings\n");

    const sha = await ops.api.push("main", { "deploy.yaml": shopManifests("") });
    await admin("POST", `ops-repos/${id}/sync`);
    await until(project, { observed_generation: 2, current_status: "healthy", current_sha: sha });
    expect(await names()).not.toContain("configmap/settings\n");
    expect(await names()).toContain("deployment.apps/shop\nservice/shop\n");

    await ops.api.push("main", {
      "deploy.yaml": shopManifests("---\napiVersion: v1\nkind: Pod\nmetadata: { name: x }\n"),
    });
    await admin("POST", `ops-repos/${id}/sync`);
    const state = await until(project, { observed_generation: 3, reason: "invalid_manifest", stalled: true });
    expect(state.message).toMatch(/deploy\.yaml.*Pod/s);
    expect(await project.visit({ environment: "shop" })).toBe("one hello - -");
  });

  test("what is stopped runs no pod and keeps its address; what is deleted leaves no namespace", async ({ expect }) => {
    await using project = await deployed("ends");
    const { api } = project;
    await api.request("PATCH", "deployments/production", { desired_status: "stopped" });
    await until(project, { current_status: "stopped" });
    expect(await project.kubectl("get", "pods,services", "--output", "name")).toBe("service/production\n");
    await api.request("PATCH", "deployments/production", { desired_status: "active" });
    await until(project, { observed_generation: 3, current_status: "healthy" });
    await api.request("DELETE", "deployments/production");
    await namespaceGone(project.namespace());
  });
});
