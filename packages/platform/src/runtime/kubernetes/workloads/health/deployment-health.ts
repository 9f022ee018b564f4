import { annotationNames } from "../annotations.ts";
import type { StoredDeployment, StoredEvent, StoredPod } from "../stored.ts";
import type { Health, Obstacle } from "./health.ts";
import { podObstacle } from "./pod-obstacle.ts";

interface Observed {
  readonly deployment: StoredDeployment;
  /** Its pods, those of earlier generations too. */
  readonly pods: readonly StoredPod[];
  /** What the cluster has noticed about them. */
  readonly events: readonly StoredEvent[];
}

/**
 * How a Deployment is, told as gitops-engine does (`pkg/health/health_deployment.go`): what the controller has not looked
 * at, has not updated, or still runs beside it is not ready yet. Why, its pods and events say.
 */
export function deploymentHealth({ deployment, pods, events }: Observed): Health {
  const { metadata, spec, status } = deployment;
  if (metadata.generation > status.observedGeneration) {
    return { status: "progressing", reason: null, message: "the cluster has not looked at it yet" };
  }
  if (spec.paused) return { status: "failing", reason: "not_ready", message: "its Deployment is paused" };
  const { replicas, updatedReplicas: updated, availableReplicas: available } = status;
  if (updated >= spec.replicas && replicas <= updated && available >= updated) {
    return { status: "ready", reason: null, message: null };
  }
  const progress = status.conditions.find(({ type }) => type === "Progressing");
  const isLate = progress?.status === "False" && progress.reason === "ProgressDeadlineExceeded";
  /** All of it was ready once, and is not any more. */
  const wasReady = progress?.reason === "NewReplicaSetAvailable";
  const obstacle = withoutPods(deployment) ?? worstOf(deployment, pods, events);
  if (obstacle === undefined) {
    const message = progressOf(deployment);
    if (isLate) return { status: "failing", reason: "not_ready", message: `${message}, and nothing changed in time` };
    return { status: "progressing", reason: null, message };
  }
  const { reason, isCertain, log } = obstacle;
  const isOldThere = !wasReady && available > 0 && replicas > updated;
  const message = isOldThere ? `${obstacle.message}; what ran before still does` : obstacle.message;
  const isFailing = isCertain || isLate || wasReady;
  return { status: isFailing ? "failing" : "progressing", reason, message, ...(log && { log }) };
}

function progressOf({ spec, status }: StoredDeployment): string {
  const { replicas, updatedReplicas: updated, availableReplicas: available } = status;
  if (updated < spec.replicas) return `${updated} of its ${spec.replicas} pods are there`;
  if (replicas > updated) return "its pods are to take the place of what ran before";
  return `${available} of its ${updated} pods are available`;
}

/** What keeps it from making pods. */
function withoutPods({ status }: StoredDeployment): Obstacle | undefined {
  const failure = status.conditions.find(({ type, status }) => type === "ReplicaFailure" && status === "True");
  if (failure === undefined) return undefined;
  const reason = /exceeded quota|failed quota/i.test(failure.message) ? "quota" : "refused";
  const what = reason === "quota" ? "its namespace's quota leaves no room for it" : "the cluster refuses its pods";
  return { reason, message: `${what}: ${failure.message.trim()}`, isCertain: true };
}

/** Of the pods that should be there, the one with most to say. */
function worstOf(
  { spec }: StoredDeployment,
  pods: readonly StoredPod[],
  events: readonly StoredEvent[],
): Obstacle | undefined {
  const wanted = spec.template.metadata.annotations[annotationNames.generation];
  const obstacles = pods
    .filter(({ metadata }) => metadata.annotations[annotationNames.generation] === wanted)
    // Its successor is being made already.
    .filter(({ metadata, status }) => metadata.deletionTimestamp === undefined && status.phase !== "Failed")
    .flatMap((pod) => podObstacle(pod, events) ?? []);
  return obstacles.find(({ isCertain }) => isCertain) ?? obstacles[0];
}
