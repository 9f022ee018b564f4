import type { WorkloadPlan } from "../../../workload.ts";
import type { WorkloadsConfig } from "../../kubernetes-config.ts";

export const settings: WorkloadsConfig = {
  namespacePrefix: "app",
  ingress: undefined,
  resources: { requests: { cpu: "100m" }, limits: { memory: "512Mi" } },
  account: { namespace: "platform", name: "platform", role: "platform-workloads" },
};

/** Production of the project `shop`. */
export function workloadPlan(changes: Partial<WorkloadPlan> = {}): WorkloadPlan {
  return {
    workloadId: "0b2c6a54-8f4e-4b6e-9d62-5f0f6f6d7a11",
    projectId: "6d1f0a7e-3f0c-4a3b-8a8e-0d6c3c3b2a10",
    kind: "deployment",
    projectLabel: "shop",
    label: "production",
    generation: 1,
    imageRef: "registry.example:5000/shop:1",
    repository: { path: "/none" },
    environment: { PLATFORM_ENVIRONMENT: "production", GREETING: "costs $(PRICE)" },
    secrets: { DATABASE_KEY: "open sesame" },
    manifests: undefined,
    ...changes,
  };
}

export const previewPlan = (changes: Partial<WorkloadPlan> = {}): WorkloadPlan =>
  workloadPlan({ workloadId: "1b2c6a54-8f4e-4b6e-9d62-5f0f6f6d7a12", kind: "preview", label: "topic", ...changes });
