import { expect, test } from "vitest";
import { readManifests } from "../../../../ops-repos/manifests/read-manifests.ts";
import { soundTemplate } from "../../../../ops-repos/testing/sound-template.ts";
import { labelNames } from "../../names.ts";
import { settings, workloadPlan } from "../testing/workload-plan.ts";
import { appliedObjects } from "./applied-objects.ts";

test("manifests of an ops repo select their own pods alone, and requests come in to them as to all others", () => {
  const manifests = readManifests(soundTemplate, {
    ...{ image_ref: "app:1", project_name: "shop", environment: "production", host: "production.shop.example" },
    values: { replicas: 1, greeting: "hello" },
  });
  const labels = { [labelNames.workload]: "the-workload" };
  const ingress = { domain: "example", isHttps: false, className: "nginx" };
  const mark = { namespace: "app-shop", labels, generation: 1 };
  const applied = appliedObjects(workloadPlan({ manifests }), { ...settings, ingress }, mark);
  const of = (kind: string) => applied.find((each) => each.kind === kind);
  const selector = { matchLabels: { app: "shop", ...labels } };
  expect(of("Deployment")).toMatchObject({ spec: { selector, template: { metadata: { labels } } } });
  expect(of("PodDisruptionBudget")).toMatchObject({ spec: { selector } });
  expect(of("Service")).toMatchObject({ spec: { selector: { app: "shop", tier: "front", ...labels } } });
  expect(of("Ingress")).toMatchObject({ spec: { ingressClassName: "nginx" } });
  expect(applied.map(({ kind, metadata }) => [kind, metadata.namespace])).toContainEqual(["ConfigMap", "app-shop"]);
});
