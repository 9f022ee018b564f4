import { expect, test } from "vitest";
import { WorkloadError } from "../../../workload.ts";
import { ofWorkload } from "./of-workload.ts";

const mark = { namespace: "app-shop", labels: { "platform.io/workload": "w" }, generation: 3 };
const generation = { "platform.io/generation": "3" };

const deployment = (template: object) => ({
  ...{ apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web", namespace: "kube-system" } },
  spec: { selector: { matchLabels: { app: "web" } }, template },
});

test("a Deployment and its pods are where the workload is, labelled as its own, whatever they say; the selector stays", () => {
  const own = { labels: { app: "web", "platform.io/workload": "another" }, annotations: { note: "kept" } };
  const written = deployment({
    metadata: own,
    spec: { containers: [{ name: "web", ports: [{ containerPort: 80 }] }] },
  });
  expect(ofWorkload(written, mark)).toEqual({
    ...{ apiVersion: "apps/v1", kind: "Deployment" },
    metadata: { name: "web", namespace: "app-shop", labels: mark.labels, annotations: generation },
    spec: {
      progressDeadlineSeconds: 120,
      selector: { matchLabels: { app: "web" } },
      template: {
        metadata: { labels: { app: "web", ...mark.labels }, annotations: { note: "kept", ...generation } },
        spec: {
          automountServiceAccountToken: false,
          containers: [{ name: "web", ports: [{ containerPort: 80, protocol: "TCP" }] }],
        },
      },
    },
  });
});

test("ports of a Service say by which protocol, by TCP unless they do", () => {
  const ports = [{ port: 80 }, { port: 53, protocol: "UDP" }];
  const service = { apiVersion: "v1", kind: "Service", metadata: { name: "web" }, spec: { ports } };
  expect(ofWorkload(service, mark)).toHaveProperty("spec.ports", [
    { port: 80, protocol: "TCP" },
    { port: 53, protocol: "UDP" },
  ]);
});

test("a Deployment without pods is none", () => {
  const broken = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web" }, spec: {} };
  expect(() => ofWorkload(broken, mark)).toThrow(WorkloadError);
  expect(() => ofWorkload(broken, mark)).toThrow(/^the Deployment web: spec\.template: /);
});
