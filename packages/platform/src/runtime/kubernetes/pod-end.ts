import type { V1ContainerStateTerminated, V1ContainerStatus, V1Pod } from "@kubernetes/client-node";

/** How what ran in a container ended, or why it never ran. */
export interface PodEnd {
  readonly kind:
    | "exited"
    | "oom_killed"
    | "evicted"
    | "image_pull"
    | "unschedulable"
    | "deadline"
    | "deleted"
    | "lost"
    | "start_failed";
  /** Null when it has none. */
  readonly exitCode: number | null;
  /** For people; null when it ended by itself. */
  readonly message: string | null;
}

/** What a container is doing. */
export type ContainerState =
  | { readonly is: "waiting"; readonly reason: string; readonly message: string }
  | { readonly is: "running" }
  | { readonly is: "ended"; readonly end: PodEnd };

/** What the first process of a container writes as its last words when the kernel has told it that memory ran out. */
export const outOfMemory = "oom_killed";

/** Seconds after its deletion was due that a pod's node has to say that the pod is gone. */
const nodePatience = 60;

/** What is happening to a container of a pod, by the pod's status alone. */
export function containerState(pod: V1Pod, container: string, now: Date = new Date()): ContainerState {
  const status = statusOf(pod, container);
  const terminated = status?.state?.terminated;
  if (terminated !== undefined) return ended(terminatedEnd(pod, terminated));
  const whole = podEnd(pod, now);
  if (whole !== undefined) return ended(whole);
  if (status?.state?.running !== undefined) return { is: "running" };
  return waitingFor(pod, status);
}

function ended(end: PodEnd): ContainerState {
  return { is: "ended", end };
}

function statusOf({ status }: V1Pod, container: string): V1ContainerStatus | undefined {
  const all = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  return all.find(({ name }) => name === container);
}

function terminatedEnd(pod: V1Pod, { exitCode, reason, message }: V1ContainerStateTerminated): PodEnd {
  const says = message?.trim();
  if (reason === "OOMKilled" || says === outOfMemory) {
    return { kind: "oom_killed", exitCode, message: "it used more memory than it may" };
  }
  const whole = disruption(pod);
  if (whole !== undefined && exitCode !== 0) return { ...whole, exitCode };
  if (reason === "ContainerStatusUnknown") return { kind: "lost", exitCode: null, message: says ?? "its node lost it" };
  if (reason === "ContainerCannotRun" || reason === "StartError") {
    return { kind: "start_failed", exitCode: null, message: says ?? reason };
  }
  const isKilled = exitCode === 137 || exitCode === 143;
  if (isKilled && pod.metadata?.deletionTimestamp !== undefined) {
    return { kind: "deleted", exitCode, message: "its pod was deleted" };
  }
  return { kind: "exited", exitCode, message: null };
}

/** What has happened to all of a pod, when its containers do not say more. */
function podEnd(pod: V1Pod, now: Date): PodEnd | undefined {
  const whole = disruption(pod);
  if (whole !== undefined) return whole;
  const { phase, reason, message } = pod.status ?? {};
  if (phase === "Failed") {
    const failed = pod.status?.initContainerStatuses?.find(({ state }) => (state?.terminated?.exitCode ?? 0) !== 0);
    if (failed === undefined) return { kind: "lost", exitCode: null, message: sentence(reason ?? "Failed", message) };
    const { exitCode, message: says } = failed.state?.terminated ?? {};
    const text = `its container ${failed.name} ended with ${exitCode}${says ? `: ${says}` : ""}`;
    return { kind: "start_failed", exitCode: null, message: text };
  }
  if (phase === "Unknown" || reason === "NodeLost") {
    return { kind: "lost", exitCode: null, message: sentence("its node does not respond", message) };
  }
  const due = pod.metadata?.deletionTimestamp;
  if (due !== undefined && now.getTime() - due.getTime() > nodePatience * 1000) {
    return {
      kind: "lost",
      exitCode: null,
      message: "its pod was deleted, and its node does not say what became of it",
    };
  }
  return undefined;
}

/** What has ended a pod from outside. */
function disruption({ status }: V1Pod): PodEnd | undefined {
  const { phase, reason, message, conditions } = status ?? {};
  if (phase !== "Failed") return undefined;
  if (reason === "Evicted" || reason === "Preempting") {
    return { kind: "evicted", exitCode: null, message: sentence("its node put it out", message) };
  }
  if (reason === "DeadlineExceeded") {
    return { kind: "deadline", exitCode: null, message: "it ran longer than its pod may" };
  }
  if (reason === "Terminated" || reason === "Shutdown" || reason === "NodeShutdown") {
    return { kind: "evicted", exitCode: null, message: sentence("its node was shut down", message) };
  }
  const disrupted = conditions?.find((each) => each.type === "DisruptionTarget" && each.status === "True");
  if (disrupted === undefined) return undefined;
  return {
    kind: "evicted",
    exitCode: null,
    message: sentence("it was put out", disrupted.message ?? disrupted.reason),
  };
}

function waitingFor(pod: V1Pod, status: V1ContainerStatus | undefined): ContainerState {
  const scheduled = pod.status?.conditions?.find(({ type }) => type === "PodScheduled");
  if (scheduled?.status === "False") {
    return { is: "waiting", reason: scheduled.reason ?? "Unschedulable", message: scheduled.message ?? "" };
  }
  // What holds up an init container holds up all that come after it.
  const earlier = pod.status?.initContainerStatuses?.find(
    ({ state }) => state?.waiting !== undefined && !isOrdinary(state.waiting.reason),
  );
  const { reason, message } = (earlier ?? status)?.state?.waiting ?? {};
  return { is: "waiting", reason: reason ?? "Pending", message: message ?? "" };
}

function isOrdinary(reason: string | undefined): boolean {
  return reason === undefined || reason === "PodInitializing" || reason === "ContainerCreating";
}

function sentence(what: string, message: string | undefined): string {
  return message === undefined || message.trim() === "" ? what : `${what}: ${message.trim()}`;
}
