import { SecretFinder } from "../../../../pipelines/logs/secret-finder.ts";
import { maskText } from "../../../../pipelines/logs/secret-masker.ts";
import type { WorkloadPlan } from "../../../workload.ts";
import { listPodEvents, listPods, readLastLines } from "../api/pods.ts";
import { deploymentHealth } from "../health/deployment-health.ts";
import type { Health } from "../health/health.ts";
import type { Workplace } from "../place.ts";
import type { StoredDeployment, StoredEvent, StoredPod } from "../stored.ts";
import { storedSecrets } from "../stored-secrets.ts";
import { workloadSelector } from "../workload-labels.ts";

/** Lines of its log that say why something is not well. */
const lastLines = 20;

interface Running {
  readonly plan: WorkloadPlan;
  readonly namespace: string;
  readonly deployments: readonly StoredDeployment[];
}

/** How what was applied is: the worst of its Deployments, with the last lines where they help. @throws KubeError */
export async function healthOf(place: Workplace, running: Running): Promise<Omit<Health, "log">> {
  const { plan, namespace, deployments } = running;
  const worst = (pods: readonly StoredPod[], events: readonly StoredEvent[]) => {
    const all = deployments.map((deployment) => deploymentHealth({ deployment, pods, events }));
    return (
      all.find(({ status }) => status === "failing") ??
      all.find(({ status }) => status === "progressing") ?? { status: "ready" as const, reason: null, message: null }
    );
  };
  // Mostly all is well, and that the Deployments say alone.
  if (worst([], []).status === "ready") return { status: "ready", reason: null, message: null };
  const selector = workloadSelector(place.installation, plan.workloadId);
  const [pods, events] = await Promise.all([
    listPods(place.client, { namespace, selector }),
    listPodEvents(place.client, namespace),
  ]);
  const { log, ...health }: Health = worst(pods, events);
  const words = [health.message ?? ""];
  if (log !== undefined && health.status === "failing") {
    const lines = await readLastLines(place.client, { ...log, namespace, tail: lastLines });
    if (lines.trim() !== "") words.push(`. Its last lines:\n${lines.trimEnd()}`);
  }
  // Of probes and of how a process ended it holds what that has said, too.
  const secrets = [...Object.values(plan.secrets), ...(await storedSecrets(place, plan))];
  return { ...health, message: health.message && maskText(words.join(""), new SecretFinder(secrets)) };
}
