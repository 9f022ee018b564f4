import { expect, test } from "vitest";
import { parse } from "yaml";
import { storedDeployment, storedEvent, storedPod } from "../stored.ts";
import { deploymentHealth } from "./deployment-health.ts";
import type { Health } from "./health.ts";

const generation = { "platform.io/generation": "2" };

/** A Deployment of one pod whose status the controller has written, by its words. */
function deployment(status: string, spec: object = {}) {
  return storedDeployment.parse({
    metadata: { name: "app", uid: "deployment", generation: 2 },
    spec: { replicas: 1, template: { metadata: { annotations: generation } }, ...spec },
    status: parse(status) ?? undefined,
  });
}

function pod(status: string, metadata: object = {}) {
  return storedPod.parse({
    metadata: { name: "app-1", uid: "pod", annotations: generation, ...metadata },
    status: parse(status),
  });
}

const event = (message: string, lastTimestamp = "2026-01-01T00:00:00Z", uid = "pod") =>
  storedEvent.parse({ involvedObject: { uid }, message, lastTimestamp });

const rolling = `{observedGeneration: 2, replicas: 1, updatedReplicas: 1, conditions: [
  {type: Progressing, status: "True", reason: ReplicaSetUpdated}]}`;
const late = `{observedGeneration: 2, replicas: 1, updatedReplicas: 1, conditions: [
  {type: Progressing, status: "False", reason: ProgressDeadlineExceeded}]}`;
const wasReady = `{observedGeneration: 2, replicas: 1, updatedReplicas: 1, conditions: [
  {type: Progressing, status: "True", reason: NewReplicaSetAvailable}]}`;
const besideOld = `{observedGeneration: 2, replicas: 2, updatedReplicas: 1, availableReplicas: 1, conditions: [
  {type: Progressing, status: "True", reason: ReplicaSetUpdated}]}`;

const container = (state: string) => `{phase: Running, containerStatuses: [{name: app, ${state}}]}`;
const backOff = (restarts: number, last: string) =>
  container(
    `restartCount: ${restarts}, state: {waiting: {reason: CrashLoopBackOff}}, lastState: {terminated: ${last}}`,
  );
const unready = container("restartCount: 0, state: {running: {}}");

const previous = { pod: "app-1", container: "app", previous: true };
const current = { ...previous, previous: false };

type Case = readonly [string, Parameters<typeof deploymentHealth>[0], Health];

const cases: readonly Case[] = [
  [
    "that all of it is available",
    {
      deployment: deployment("{observedGeneration: 2, replicas: 1, updatedReplicas: 1, availableReplicas: 1}"),
      pods: [],
      events: [],
    },
    { status: "ready", reason: null, message: null },
  ],
  [
    "that it wants no pods",
    { deployment: deployment("{observedGeneration: 2}", { replicas: 0 }), pods: [], events: [] },
    { status: "ready", reason: null, message: null },
  ],
  [
    "that the status speaks of an earlier generation",
    {
      deployment: deployment("{observedGeneration: 1, replicas: 1, updatedReplicas: 1, availableReplicas: 1}"),
      pods: [],
      events: [],
    },
    { status: "progressing", reason: null, message: "the cluster has not looked at it yet" },
  ],
  [
    "that it has no status yet",
    { deployment: deployment(""), pods: [], events: [] },
    { status: "progressing", reason: null, message: "the cluster has not looked at it yet" },
  ],
  [
    "that it is paused",
    { deployment: deployment("{observedGeneration: 2}", { paused: true }), pods: [], events: [] },
    { status: "failing", reason: "not_ready", message: "its Deployment is paused" },
  ],
  [
    "that its pod only begins",
    { deployment: deployment(rolling), pods: [pod("{phase: Pending}")], events: [] },
    { status: "progressing", reason: null, message: "0 of its 1 pods are available" },
  ],
  [
    "that what ran before still does, and the new pod only begins",
    { deployment: deployment(besideOld), pods: [pod("{phase: Pending}")], events: [] },
    { status: "progressing", reason: null, message: "its pods are to take the place of what ran before" },
  ],
  [
    "that nothing is to be seen when its time is up",
    { deployment: deployment(late), pods: [], events: [] },
    {
      status: "failing",
      reason: "not_ready",
      message: "0 of its 1 pods are available, and nothing changed in time",
    },
  ],
  [
    "a broken image",
    {
      deployment: deployment(rolling),
      pods: [pod(container("state: {waiting: {reason: ErrImagePull, message: manifest unknown}}"))],
      events: [],
    },
    { status: "failing", reason: "image_pull", message: "its image cannot be pulled: manifest unknown" },
  ],
  [
    "a broken image between two attempts, beside what ran before",
    {
      deployment: deployment(besideOld),
      pods: [pod(container("state: {waiting: {reason: ImagePullBackOff, message: Back-off pulling image}}"))],
      events: [
        event('Failed to pull image "x": refused', "2026-01-01T00:00:02Z"),
        event('Failed to pull image "x": earlier'),
        event('Failed to pull image "x": another\'s', "2026-01-01T00:00:03Z", "other"),
        event("Error: ImagePullBackOff", "2026-01-01T00:00:03Z"),
      ],
    },
    {
      status: "failing",
      reason: "image_pull",
      message: 'its image cannot be pulled: Failed to pull image "x": refused; what ran before still does',
    },
  ],
  [
    "a container that cannot be made",
    {
      deployment: deployment(rolling),
      pods: [
        pod(container("state: {waiting: {reason: CreateContainerConfigError, message: 'secret \"x\" not found'}}")),
      ],
      events: [],
    },
    { status: "failing", reason: "start_failed", message: 'its container cannot be started: secret "x" not found' },
  ],
  [
    "a process that ends again and again",
    { deployment: deployment(rolling), pods: [pod(backOff(1, "{exitCode: 3, reason: Error}"))], events: [] },
    {
      status: "failing",
      reason: "crash_loop",
      message: "it was started 2 times and ended each time, the last with exit code 3",
      log: previous,
    },
  ],
  [
    "a process that ends again and again, as it ends",
    {
      deployment: deployment(rolling),
      pods: [pod(container("restartCount: 2, state: {terminated: {exitCode: 0, reason: Completed}}"))],
      events: [],
    },
    {
      status: "failing",
      reason: "crash_loop",
      message: "it was started 3 times and ended each time, the last with exit code 0",
      log: current,
    },
  ],
  [
    "a program that is not there",
    {
      deployment: deployment(rolling),
      pods: [pod(backOff(1, "{exitCode: 127, reason: ContainerCannotRun, message: no such file}"))],
      events: [],
    },
    {
      status: "failing",
      reason: "crash_loop",
      message:
        "it was started 2 times and ended each time, the last with exit code 127 (ContainerCannotRun: no such file)",
      log: previous,
    },
  ],
  [
    "a first end, which may be the last",
    {
      deployment: deployment(rolling),
      pods: [pod(container("restartCount: 0, state: {terminated: {exitCode: 1}}"))],
      events: [],
    },
    { status: "progressing", reason: null, message: "0 of its 1 pods are available" },
  ],
  [
    "a process that has taken too much memory",
    {
      deployment: deployment(rolling),
      pods: [pod(backOff(1, "{exitCode: 137, reason: OOMKilled}"))],
      events: [],
    },
    { status: "failing", reason: "oom_killed", message: "it used more memory than it may", log: previous },
  ],
  [
    "a readiness probe that has not succeeded yet",
    {
      deployment: deployment(rolling),
      pods: [pod(unready)],
      events: [event("Readiness probe failed: connection refused")],
    },
    {
      status: "progressing",
      reason: "not_ready",
      message: "it runs, but is not ready: Readiness probe failed: connection refused",
      log: current,
    },
  ],
  [
    "a readiness probe that fails until its time is up",
    { deployment: deployment(late), pods: [pod(unready)], events: [event("Readiness probe failed: statuscode: 500")] },
    {
      status: "failing",
      reason: "not_ready",
      message: "it runs, but is not ready: Readiness probe failed: statuscode: 500",
      log: current,
    },
  ],
  [
    "that it was ready, and is not any more",
    { deployment: deployment(wasReady), pods: [pod(unready)], events: [] },
    { status: "failing", reason: "not_ready", message: "it runs, but is not ready", log: current },
  ],
  [
    "that it was ready, and its pod is made anew",
    {
      deployment: deployment(wasReady),
      pods: [pod(unready, { deletionTimestamp: "2026-01-01T00:00:00Z" }), pod("{phase: Failed, reason: Evicted}")],
      events: [],
    },
    { status: "progressing", reason: null, message: "0 of its 1 pods are available" },
  ],
  [
    "that no node has room yet",
    {
      deployment: deployment(rolling),
      pods: [pod('{conditions: [{type: PodScheduled, status: "False", message: 0/1 nodes are available}]}')],
      events: [],
    },
    {
      status: "progressing",
      reason: "unschedulable",
      message: "the cluster has no room for it: 0/1 nodes are available",
    },
  ],
  [
    "that no node has had room in time",
    {
      deployment: deployment(late),
      pods: [pod('{conditions: [{type: PodScheduled, status: "False", message: 0/1 nodes are available}]}')],
      events: [],
    },
    { status: "failing", reason: "unschedulable", message: "the cluster has no room for it: 0/1 nodes are available" },
  ],
  [
    "a quota",
    {
      deployment: deployment(`{observedGeneration: 2, conditions: [{type: ReplicaFailure, status: "True",
        reason: FailedCreate, message: 'pods "app-1" is forbidden: exceeded quota: small'}]}`),
      pods: [],
      events: [],
    },
    {
      status: "failing",
      reason: "quota",
      message: 'its namespace\'s quota leaves no room for it: pods "app-1" is forbidden: exceeded quota: small',
    },
  ],
  [
    "pods that the cluster does not let in",
    {
      deployment: deployment(`{observedGeneration: 2, conditions: [{type: ReplicaFailure, status: "True",
        reason: FailedCreate, message: violates PodSecurity}]}`),
      pods: [],
      events: [],
    },
    { status: "failing", reason: "refused", message: "the cluster refuses its pods: violates PodSecurity" },
  ],
  [
    "only an earlier generation's pods, whatever these are like",
    {
      deployment: deployment(rolling),
      pods: [pod(backOff(9, "{exitCode: 1}"), { annotations: { "platform.io/generation": "1" } })],
      events: [],
    },
    { status: "progressing", reason: null, message: "0 of its 1 pods are available" },
  ],
];

test.each(cases)("what is seen is %s", (_, observed, health) => {
  expect(deploymentHealth(observed)).toEqual(health);
});
