import type { V1Container, V1Pod, V1SecurityContext } from "@kubernetes/client-node";
import { checkScript } from "../../check-variables.ts";
import { joinCommands } from "../../join-commands.ts";
import type { StepPlan } from "../../runtime.ts";
import type { KubernetesConfig } from "../kubernetes-config.ts";
import { literal } from "../literal.ts";
import type { Labels } from "../names.ts";
import { outOfMemory } from "../pod-end.ts";
import { podPrograms, programVariable } from "./pod-programs.ts";
import { firstProcess, keep, makeOwner, waitForTree } from "./scripts.ts";

/** Seconds between SIGTERM and SIGKILL. */
export const graceSeconds = 10;

/** Seconds that a pod may take beside its step: to be scheduled, to pull images, and to hand over what the step left. */
const margin = 60 * 60;

/** Where things are in the containers of a step. */
export const places = {
  /** The whole volume, for the container that fills it. */
  root: "/platform",
  tree: "/workspace",
  home: "/platform/home",
  temporary: "/tmp",
} as const;

export const containers = { owner: "owner", prepare: "prepare", step: "step", keep: "keep" } as const;

export interface StepPodOptions {
  readonly plan: StepPlan;
  readonly name: string;
  readonly labels: Labels;
  /** The Secret with the step's environment, made after the pod. */
  readonly secretName: string;
  readonly resources: KubernetesConfig["stepResources"];
  /** The runner's image. */
  readonly helperImage: string;
}

/**
 * The pod in which a step runs. First the step's own image says whose the work tree is to be; then a container of the
 * runner's image waits for the work tree, and for the word to begin; then come the step and, beside it, a container that
 * stays when the step has ended, and hands over what it left. No text of a user is in a command but the step's own, which
 * is one argument; its environment is in the Secret.
 *
 * @throws StartError for commands that no process can be started with
 */
export function stepPod(options: StepPodOptions): V1Pod {
  const { plan, name, labels } = options;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, labels: { ...labels } },
    spec: {
      restartPolicy: "Never",
      activeDeadlineSeconds: Math.ceil(plan.timeoutSeconds) + margin,
      terminationGracePeriodSeconds: graceSeconds,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: { seccompProfile: { type: "RuntimeDefault" } },
      volumes: [{ name: "work", emptyDir: {} }],
      initContainers: [ownerContainer(options), prepareContainer(options)],
      containers: [stepContainer(options), keepContainer(options)],
    },
  };
}

/**
 * As the image's own user, who may be root: most images of CI are made for that, and install packages. Of root's rights
 * it keeps what package managers use, which reach nothing beyond its own container.
 */
const stepSecurity: V1SecurityContext = {
  allowPrivilegeEscalation: false,
  capabilities: {
    drop: ["ALL"],
    add: [
      "CHOWN",
      "DAC_OVERRIDE",
      "FOWNER",
      "FSETID",
      "KILL",
      "NET_BIND_SERVICE",
      "SETFCAP",
      "SETGID",
      "SETUID",
      "SYS_CHROOT",
    ],
  },
};

/** Root, whose files the step's may be whatever user it is. */
function helperSecurity(...add: readonly string[]): V1SecurityContext {
  return {
    runAsUser: 0,
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"], add: [...add] },
  };
}

const helperResources = { requests: { cpu: "10m", memory: "32Mi" }, limits: { cpu: "1", memory: "512Mi" } };

function ownerContainer({ plan, resources }: StepPodOptions): V1Container {
  return {
    name: containers.owner,
    image: plan.image,
    command: ["/bin/sh", "-c", makeOwner],
    securityContext: stepSecurity,
    resources: resourcesOf(resources),
    volumeMounts: [{ name: "work", mountPath: places.root }],
  };
}

function prepareContainer({ helperImage }: StepPodOptions): V1Container {
  return {
    name: containers.prepare,
    image: helperImage,
    imagePullPolicy: "IfNotPresent",
    command: ["/bin/sh", "-c", waitForTree],
    env: [{ name: programVariable, value: literal(podPrograms.receive) }],
    securityContext: helperSecurity("CHOWN", "DAC_OVERRIDE", "FOWNER"),
    resources: helperResources,
    volumeMounts: [{ name: "work", mountPath: places.root }],
  };
}

function stepContainer({ plan, secretName, resources }: StepPodOptions): V1Container {
  const script = joinCommands(plan.commands);
  checkScript(script);
  return {
    name: containers.step,
    image: plan.image,
    // The image was there a moment ago; what is asked for again could be another one.
    imagePullPolicy: "IfNotPresent",
    command: ["/bin/sh", "-c", literal(firstProcess(outOfMemory)), "step", literal(script)],
    workingDir: places.tree,
    envFrom: [{ secretRef: { name: secretName } }],
    // What the kubelet ends is asked to end first, all of it: the first process of a container does not pass that on.
    lifecycle: { preStop: { exec: { command: ["/bin/sh", "-c", "kill -TERM -1"] } } },
    securityContext: stepSecurity,
    resources: resourcesOf(resources),
    volumeMounts: [
      { name: "work", mountPath: places.tree, subPath: "tree" },
      { name: "work", mountPath: places.home, subPath: "home" },
      { name: "work", mountPath: places.temporary, subPath: "tmp" },
    ],
  };
}

function keepContainer({ helperImage }: StepPodOptions): V1Container {
  return {
    name: containers.keep,
    image: helperImage,
    imagePullPolicy: "IfNotPresent",
    command: ["/bin/sh", "-c", literal(keep)],
    env: [{ name: programVariable, value: literal(podPrograms.look) }],
    // To read what the step made unreadable for all but its own user.
    securityContext: helperSecurity("DAC_OVERRIDE"),
    resources: helperResources,
    volumeMounts: [{ name: "work", mountPath: places.tree, subPath: "tree", readOnly: true }],
  };
}

function resourcesOf({ requests, limits }: KubernetesConfig["stepResources"]) {
  return { requests: { ...requests }, limits: { ...limits } };
}
