import type { V1ContainerState, V1Pod, V1PodStatus } from "@kubernetes/client-node";
import { expect, test } from "vitest";
import { Patience } from "./patience.ts";
import { type ContainerState, containerState } from "./pod-end.ts";

const now = new Date("2026-11-22T10:00:00Z");

interface Scene extends Partial<V1PodStatus> {
  readonly main?: V1ContainerState;
  readonly init?: V1ContainerState;
  /** Seconds ago that its deletion was due. */
  readonly deleted?: number;
}

function pod({ main, init, deleted, ...status }: Scene): V1Pod {
  const base = { image: "i", imageID: "", ready: false, restartCount: 0 };
  return {
    metadata: deleted === undefined ? {} : { deletionTimestamp: new Date(now.getTime() - deleted * 1000) },
    status: {
      phase: "Running",
      ...(main && { containerStatuses: [{ ...base, name: "main", state: main }] }),
      ...(init && { initContainerStatuses: [{ ...base, name: "init", state: init }] }),
      ...status,
    },
  };
}

const ended = (exitCode: number, more: { reason?: string; message?: string } = {}) => ({
  terminated: { exitCode, reason: exitCode === 0 ? "Completed" : "Error", ...more },
});
const exited = (exitCode: number) => ({ kind: "exited", exitCode, message: null });
const end = (kind: string, exitCode: number | null, message: string) => ({ kind, exitCode, message });
const failed = (reason: string, message?: string) => ({ phase: "Failed", reason, ...(message && { message }) });
const disrupted = [{ type: "DisruptionTarget", status: "True", reason: "PreemptionByScheduler", message: "preempted" }];

test.each<[string, Scene, object]>([
  ["success", { main: ended(0) }, exited(0)],
  ["failure", { main: ended(7) }, exited(7)],
  ["a signal of its own", { main: ended(137) }, exited(137)],
  ["memory", { main: ended(137, { reason: "OOMKilled" }) }, end("oom_killed", 137, "it used more memory than it may")],
  [
    "memory, as its first process was told",
    { main: ended(3, { message: "oom_killed\n" }) },
    end("oom_killed", 3, "it used more memory than it may"),
  ],
  ["other last words", { main: ended(3, { message: "not oom_killed" }) }, exited(3)],
  [
    "eviction without a container's state",
    failed("Evicted", "The node was low on resource: ephemeral-storage."),
    end("evicted", null, "its node put it out: The node was low on resource: ephemeral-storage."),
  ],
  ["eviction", { ...failed("Evicted"), main: ended(137) }, end("evicted", 137, "its node put it out")],
  ["success just before an eviction", { ...failed("Evicted"), main: ended(0) }, exited(0)],
  [
    "preemption",
    { phase: "Failed", conditions: disrupted, main: ended(143) },
    end("evicted", 143, "it was put out: preempted"),
  ],
  [
    "the deadline",
    { ...failed("DeadlineExceeded"), main: ended(143) },
    end("deadline", 143, "it ran longer than its pod may"),
  ],
  ["a node's end", failed("Shutdown", "bye"), end("evicted", null, "its node was shut down: bye")],
  [
    "a lost container",
    { main: ended(137, { reason: "ContainerStatusUnknown" }) },
    end("lost", null, "its node lost it"),
  ],
  [
    "no shell",
    { main: ended(127, { reason: "ContainerCannotRun", message: 'exec: "sh": not found' }) },
    end("start_failed", null, 'exec: "sh": not found'),
  ],
  ["deletion", { main: ended(137), deleted: 1 }, end("deleted", 137, "its pod was deleted")],
  ["its own end during deletion", { main: ended(2), deleted: 1 }, exited(2)],
  [
    "a node that does not say what became of it",
    { main: { running: {} }, deleted: 61 },
    end("lost", null, "its pod was deleted, and its node does not say what became of it"),
  ],
  ["a lost node", { main: { running: {} }, phase: "Unknown" }, end("lost", null, "its node does not respond")],
  ["refusal by a node", failed("OutOfcpu", "too full"), end("lost", null, "OutOfcpu: too full")],
  [
    "an init container",
    { phase: "Failed", init: ended(3, { message: "why" }), main: { waiting: { reason: "PodInitializing" } } },
    end("start_failed", null, "its container init ended with 3: why"),
  ],
])("the end is known: %s", (_, scene, expected) => {
  expect(containerState(pod(scene), "main", now)).toEqual({ is: "ended", end: expected });
});

const unscheduled = { phase: "Pending", conditions: [{ type: "PodScheduled", status: "False", message: "0/1 nodes" }] };

test.each<[string, Scene, object]>([
  ["it runs", { main: { running: {} } }, { is: "running" }],
  ["it runs while it is being deleted", { main: { running: {} }, deleted: 5 }, { is: "running" }],
  ["nothing yet", { phase: "Pending" }, { is: "waiting", reason: "Pending", message: "" }],
  ["no room", unscheduled, { is: "waiting", reason: "Unschedulable", message: "0/1 nodes" }],
  [
    "what holds up an earlier container",
    { init: { waiting: { reason: "ErrImagePull", message: "no" } }, main: { waiting: { reason: "PodInitializing" } } },
    { is: "waiting", reason: "ErrImagePull", message: "no" },
  ],
])("it goes on: %s", (_, scene, expected) => {
  expect(containerState(pod(scene), "main", now)).toEqual(expected);
});

const waiting = (reason: string, message = ""): ContainerState => ({ is: "waiting", reason, message });
const minutes = 60_000;

test("an image that a registry refuses is given up at once, one that it does not answer for, after a minute", () => {
  const refused = waiting("ErrImagePull", "manifest for x:1 not found");
  expect(new Patience().look(refused, 0)).toMatchObject({
    kind: "image_pull",
    message: expect.stringContaining("x:1"),
  });
  expect(new Patience().look(waiting("InvalidImageName", "X"), 0)?.kind).toBe("image_pull");
  const patience = new Patience();
  expect(patience.look(waiting("ErrImagePull", "connection refused"), 0)).toBeUndefined();
  expect(patience.look(waiting("ImagePullBackOff", "Back-off"), 0.5 * minutes)).toBeUndefined();
  expect(patience.look(waiting("ContainerCreating"), 0.9 * minutes)).toBeUndefined();
  expect(patience.look(waiting("ImagePullBackOff", "Back-off"), 1.1 * minutes)).toEqual({
    ...{ kind: "image_pull", exitCode: null, message: "its image cannot be pulled: connection refused" },
  });
});

test("other obstacles have their times, which begin anew when they change", () => {
  const patience = new Patience();
  expect(patience.look(waiting("Unschedulable", "full"), 0)).toBeUndefined();
  expect(patience.look(waiting("CreateContainerConfigError", "no secret"), 9 * minutes)).toBeUndefined();
  expect(patience.look({ is: "running" }, 9.5 * minutes)).toBeUndefined();
  expect(patience.look(waiting("Unschedulable", "full"), 9.6 * minutes)).toBeUndefined();
  expect(patience.look(waiting("Unschedulable", "full"), 19 * minutes)).toBeUndefined();
  expect(patience.look(waiting("Unschedulable", "full"), 20 * minutes)?.kind).toBe("unschedulable");
  const other = new Patience();
  expect(other.look(waiting("RunContainerError", "no such file"), 0)).toBeUndefined();
  expect(other.look(waiting("RunContainerError", "no such file"), 1.1 * minutes)?.kind).toBe("start_failed");
  expect(other.look(waiting("PodInitializing"), 1000 * minutes)).toBeUndefined();
});
