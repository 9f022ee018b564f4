import type { ContainerStatus, StoredEvent, StoredPod } from "../stored.ts";
import type { ContainerLog, Obstacle } from "./health.ts";

/** What keeps a pod from being ready, as far as it and the events about it say; undefined when it is, or only begins. */
export function podObstacle(pod: StoredPod, events: readonly StoredEvent[]): Obstacle | undefined {
  const { status, metadata } = pod;
  const latest = (about: RegExp) => latestMessage(events, metadata.uid, about);
  const scheduled = status.conditions.find(({ type }) => type === "PodScheduled");
  if (scheduled?.status === "False") {
    return {
      reason: "unschedulable",
      message: `the cluster has no room for it${tail(scheduled.message)}`,
      isCertain: false,
    };
  }
  for (const container of [...status.initContainerStatuses, ...status.containerStatuses]) {
    const found = containerObstacle(metadata.name, container, latest);
    if (found !== undefined) return found;
  }
  return undefined;
}

type Latest = (about: RegExp) => string;

function containerObstacle(pod: string, container: ContainerStatus, latest: Latest): Obstacle | undefined {
  const { state, lastState, ready, restartCount, name } = container;
  if (ready) return undefined;
  const { reason = "", message = "" } = state.waiting ?? {};
  if (/^(ErrImage|ImagePull|ImageInspect|InvalidImageName|RegistryUnavailable|SignatureValidation)/.test(reason)) {
    // Between two attempts the status only says that there will be another one.
    const why = reason === "ImagePullBackOff" ? latest(/^Failed to pull image/) || message : message;
    return { reason: "image_pull", message: `its image cannot be pulled${tail(why)}`, isCertain: true };
  }
  if (/^(Create|Run|PreCreateHook|PreStartHook|PostStartHook)\w*Error$/.test(reason)) {
    return { reason: "start_failed", message: `its container cannot be started${tail(message)}`, isCertain: true };
  }
  const ended = state.terminated ?? lastState.terminated;
  const log: ContainerLog = { pod, container: name, previous: state.terminated === undefined };
  if (ended?.reason === "OOMKilled") {
    return { reason: "oom_killed", message: "it used more memory than it may", isCertain: true, log };
  }
  const isEndedAgain = state.terminated !== undefined && restartCount > 0;
  if (ended !== undefined && (reason === "CrashLoopBackOff" || isEndedAgain || restartCount >= 3)) {
    const times = `it was started ${restartCount + 1} times and ended each time`;
    return { reason: "crash_loop", message: `${times}, the last with ${exitOf(ended)}`, isCertain: true, log };
  }
  if (state.running === undefined) return undefined;
  const probe = latest(/^(Readiness|Startup) probe failed/);
  return {
    reason: "not_ready",
    message: `it runs, but is not ready${tail(probe)}`,
    isCertain: false,
    log: { pod, container: name, previous: false },
  };
}

function exitOf({ exitCode, reason, message }: NonNullable<ContainerStatus["state"]["terminated"]>): string {
  const code =
    exitCode === 137 ? "exit code 137: it was killed, as happens for want of memory" : `exit code ${exitCode}`;
  const isOrdinary = reason === "" || reason === "Error" || reason === "Completed";
  return isOrdinary ? code : `${code} (${[reason, message].filter(Boolean).join(": ")})`;
}

function latestMessage(events: readonly StoredEvent[], uid: string, about: RegExp): string {
  const time = ({ lastTimestamp, eventTime }: StoredEvent) => lastTimestamp ?? eventTime ?? "";
  return (
    events
      .filter(({ involvedObject, message }) => involvedObject.uid === uid && about.test(message))
      .toSorted((a, b) => time(a).localeCompare(time(b)))
      .at(-1)?.message ?? ""
  );
}

function tail(message: string): string {
  return message.trim() === "" ? "" : `: ${message.trim()}`;
}
