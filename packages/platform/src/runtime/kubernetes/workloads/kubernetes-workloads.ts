import { WorkloadError, type WorkloadPlan, type Workloads } from "../../workload.ts";
import { applyWorkload } from "./apply/apply-workload.ts";
import { ensureNamespace } from "./apply/ensure-namespace.ts";
import { withRights } from "./apply/with-rights.ts";
import { appliedObjects } from "./objects/applied-objects.ts";
import { observeWorkload } from "./observe/observe-workload.ts";
import { ThoroughLooks } from "./observe/thorough-looks.ts";
import { namespaceFor, type Workplace } from "./place.ts";
import { removeOrphanWorkloads } from "./remove-orphans.ts";
import { removeWorkload, stopWorkload } from "./remove-workload.ts";
import { watchWorkloads } from "./watch-workloads.ts";
import { workloadFailure } from "./workload-failure.ts";
import { namespaceLabels, workloadLabels } from "./workload-labels.ts";
import { workloadLogs } from "./workload-logs.ts";

/** Milliseconds between two looks into the namespaces of all projects: many requests each, and hardly anything to find. */
const thoroughPause = 10 * 60_000;

/** Keeps workloads as Deployments, in namespaces that it makes and removes; any process of the platform may look after one. */
export function createKubernetesWorkloads(place: Workplace): Workloads {
  const closing = new AbortController();
  const watching: Promise<void>[] = [];
  const looks = new ThoroughLooks();
  let tidiedAt = Number.NEGATIVE_INFINITY;
  return {
    isOwn: false,
    runsCommits: false,
    async apply(plan, signal) {
      looks.forget(plan.workloadId);
      await telling("it cannot be applied", () => apply(place, plan, signal));
    },
    observe: (plan) => telling("it cannot be looked at", () => observeWorkload(place, plan, looks)),
    remove: (name) => telling("it cannot be removed", () => removeWorkload(place, name)),
    stop: (name) => telling("it cannot be stopped", () => stopWorkload(place, name)),
    logs: (name, selection) => telling("its log cannot be read", () => workloadLogs(place, name, selection)),
    watch: (onChange) => void watching.push(watchWorkloads(place, onChange, closing.signal)),
    async removeOrphans(isWanted) {
      looks.tidy();
      const isThorough = performance.now() - tidiedAt > thoroughPause;
      await removeOrphanWorkloads(place, { isWanted, isThorough });
      if (isThorough) tidiedAt = performance.now();
    },
    async close() {
      closing.abort();
      await Promise.all(watching);
    },
  };
}

async function apply(place: Workplace, plan: WorkloadPlan, signal: AbortSignal): Promise<void> {
  const { client, installation, settings } = place;
  if (plan.manifests === undefined && plan.imageRef.startsWith("git:")) {
    const advice = "let a pipeline build an image, and name it as pipeline.deploy.image";
    const message = `a commit cannot be run on Kubernetes as it is: ${advice}`;
    throw new WorkloadError("unsupported_image", message, { isFinal: true });
  }
  const namespace = namespaceFor(place, plan);
  const labels = workloadLabels(installation, plan);
  const objects = appliedObjects(plan, settings, { namespace, labels, generation: plan.generation });
  await ensureNamespace(client, { name: namespace, labels: namespaceLabels(installation, plan) }, signal);
  await withRights({ client, account: settings.account, namespace }, () =>
    applyWorkload(objects, { client, namespace, labels, generation: plan.generation, signal }),
  );
}

async function telling<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw workloadFailure(error, what);
  }
}
