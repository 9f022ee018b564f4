import type { V1DeploymentSpec, V1SecurityContext } from "@kubernetes/client-node";
import type { Manifest, WorkloadPlan } from "../../../workload.ts";
import { podSecurity } from "../../hardening.ts";
import type { Resources } from "../../kubernetes-config.ts";
import { literal } from "../../literal.ts";
import { labelNames } from "../../names.ts";
import { pullPolicy } from "../../pull-policy.ts";
import { objectName } from "../workload-labels.ts";

/** Where the process of a workload that is an image alone listens, and is told so in `PORT`. */
export const containerPort = 8080;

/** Seconds without progress after which a rollout counts as failed. */
export const progressDeadlineSeconds = 120;

/** Seconds between SIGTERM and SIGKILL. */
const graceSeconds = 10;

/** No way to more rights; what it writes beside its volumes goes with it. */
const containerSecurity: V1SecurityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };

/** By what the pods of a Deployment are found that the platform makes itself: the same for ever, as it cannot be changed. */
export function podSelector(plan: WorkloadPlan): Record<string, string> {
  return { [labelNames.app]: objectName(plan) };
}

/** The Deployment of an image: one pod, which stays until its successor answers `GET /` with success. */
export function deployment(plan: WorkloadPlan, { requests, limits }: Resources): Manifest {
  const name = objectName(plan);
  const environment = Object.entries({ ...plan.environment, PORT: String(containerPort) });
  const spec: V1DeploymentSpec = {
    replicas: 1,
    progressDeadlineSeconds,
    revisionHistoryLimit: 1,
    strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    selector: { matchLabels: podSelector(plan) },
    template: {
      metadata: { labels: podSelector(plan) },
      spec: {
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        terminationGracePeriodSeconds: graceSeconds,
        securityContext: podSecurity,
        containers: [
          {
            name: "app",
            image: plan.imageRef,
            imagePullPolicy: pullPolicy(plan.imageRef),
            env: environment.map(([name, value]) => ({ name, value: literal(value) })),
            envFrom: [{ secretRef: { name } }],
            ports: [{ name: "http", containerPort, protocol: "TCP" }],
            readinessProbe: { httpGet: { path: "/", port: "http" }, periodSeconds: 3, timeoutSeconds: 3 },
            securityContext: containerSecurity,
            resources: { requests: { ...requests }, limits: { ...limits } },
          },
        ],
      },
    },
  };
  return { apiVersion: "apps/v1", kind: "Deployment", metadata: { name }, spec };
}
