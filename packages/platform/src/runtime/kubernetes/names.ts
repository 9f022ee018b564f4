import { createHash } from "node:crypto";

/** What the platform writes on everything that it makes in a cluster, and finds it again by. */
export const labelNames = {
  managedBy: "app.kubernetes.io/managed-by",
  component: "platform.io/component",
  project: "platform.io/project",
  step: "platform.io/step",
  attempt: "platform.io/attempt",
  session: "platform.io/session",
  workload: "platform.io/workload",
  /** Which Deployment a pod is of, in its namespace. */
  app: "platform.io/app",
  /** Which platform made it: several can share a namespace. */
  installation: "platform.io/installation",
} as const;

export type Component = "step" | "agent-session";

export type Labels = Readonly<Record<string, string>>;

interface Labelled {
  readonly component: Component;
  readonly installation: string;
  readonly projectId: string;
  /** What it was started for. */
  readonly run: { readonly stepId: string; readonly attempt: number } | { readonly sessionId: string };
}

export function labelsOf({ component, installation, projectId, run }: Labelled): Labels {
  return {
    [labelNames.managedBy]: "platform",
    [labelNames.component]: component,
    [labelNames.installation]: installation,
    [labelNames.project]: projectId,
    ...("stepId" in run
      ? { [labelNames.step]: run.stepId, [labelNames.attempt]: String(run.attempt) }
      : { [labelNames.session]: run.sessionId }),
  };
}

/** A label selector for all that has these labels. */
export function selectorOf(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(",");
}

/** A selector for everything of a kind that one platform has made, narrowed by further labels. */
export function ownSelector(component: Component, installation: string, more: Labels = {}): string {
  return selectorOf({
    [labelNames.managedBy]: "platform",
    [labelNames.component]: component,
    [labelNames.installation]: installation,
    ...more,
  });
}

/**
 * The name of a pod, and of the Secret that belongs to it: one for each run, the same whenever it is asked for, so that
 * what is created twice is refused. Ids are UUIDs; installations are told apart by a digest.
 */
export function stepPodName(installation: string, stepId: string, attempt: number): string {
  return `step-${stepId}-${attempt}-${digest(installation)}`;
}

export function agentPodName(installation: string, sessionId: string): string {
  return `agent-${sessionId}-${digest(installation)}`;
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 6);
}
