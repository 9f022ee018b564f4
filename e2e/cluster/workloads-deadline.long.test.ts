import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type ClusterPlatform, startClusterPlatform } from "./lib/cluster-platform.ts";
import { clusterProject } from "./lib/deployed.ts";
import { webImage } from "./lib/environment.ts";

let platform: ClusterPlatform;
beforeAll(async () => {
  platform = await startClusterPlatform({ PLATFORM_WORKLOAD_REQUESTS: "cpu=10m,memory=32Mi" });
});
afterAll(() => platform?.[Symbol.asyncDispose]());

test.runIf(webImage)(
  "what does not become ready in two minutes has failed, and what ran before goes on",
  async () => {
    await using project = await clusterProject(platform, "deadline");
    const { api } = project;
    await api.request("POST", "deployments", { environment: "production", image_ref: `${webImage}:one` });
    await api.until(() => api.production(), { current_status: "healthy" });
    await api.request("PATCH", "deployments/production", { image_ref: `${webImage}:unready` });
    const failed = { current_status: "failed", reason: "not_ready", observed_generation: 2 };
    const state = await vi.waitFor(
      async () => {
        const now = await api.production();
        expect(now, JSON.stringify(now)).toMatchObject(failed);
        return now;
      },
      { timeout: 240_000, interval: 1000 },
    );
    expect(state.message).toMatch(/Readiness probe failed: .*500.*; what ran before still does/s);
    expect(state.message).toMatch(/Its last lines:\nthis is unready$/);
    expect(await project.visit({ environment: "production" })).toMatch(/^one /);
  },
  400_000,
);
