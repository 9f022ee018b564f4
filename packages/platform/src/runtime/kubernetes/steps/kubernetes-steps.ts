import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "pino";
import { checkVariables } from "../../check-variables.ts";
import { type Runtime, StartError, type StepEvents, type StepPlan } from "../../runtime.ts";
import type { KubeClient } from "../client.ts";
import { ContainerWatch } from "../container-watch.ts";
import { createPod } from "../create-pod.ts";
import { deletePod, podGone } from "../delete-pod.ts";
import { endEarlierPods } from "../end-earlier-pods.ts";
import type { KubernetesConfig } from "../kubernetes-config.ts";
import { labelNames, labelsOf, stepPodName } from "../names.ts";
import { podIdOf, removeOrphanPods } from "../own-pods.ts";
import type { PodEnd } from "../pod-end.ts";
import { starting } from "../retry.ts";
import { createSecret } from "../secrets.ts";
import type { PodId } from "../watch-pod.ts";
import { makeTree } from "./make-tree.ts";
import { PodStep } from "./pod-step.ts";
import { sendTree } from "./send-tree.ts";
import { containers, graceSeconds, stepPod } from "./step-pod.ts";
import { stepSecret } from "./step-secret.ts";

export interface KubernetesStepsOptions extends Pick<KubernetesConfig, "stepResources"> {
  readonly client: KubeClient;
  /** Which platform this is among those that use the namespace. */
  readonly installation: string;
  /** The runner's image. */
  readonly agentImage: string;
  /** This process's own, for work trees on their way. */
  readonly directory: string;
  readonly logger: Pick<Logger, "warn">;
}

/** Milliseconds in which the pod of a step that could not be started should be gone. */
const removalPatience = 30_000;

const component = "step";

/** Runs each step in a pod of its own. */
export function createKubernetesSteps(
  options: KubernetesStepsOptions,
): Pick<Runtime, "describe" | "startStep" | "removeOrphans"> {
  const { client, installation } = options;
  return {
    describe: ({ image }) => [`Runs in a pod of the cluster, in the image ${image}.`],
    async startStep(plan, events, signal) {
      signal.throwIfAborted();
      await mkdir(options.directory, { recursive: true, mode: 0o700 });
      const directory = await mkdtemp(join(options.directory, "step-"));
      try {
        return await startStep(options, { plan, events, signal, directory });
      } finally {
        await rm(directory, { recursive: true, force: true });
      }
    },
    removeOrphans: (isWanted) => removeOrphanPods(client, { component, installation, graceSeconds, isWanted }),
  };
}

interface StepToStart {
  readonly plan: StepPlan;
  readonly events: StepEvents;
  readonly signal: AbortSignal;
  /** An empty one, for as long as it is being started. */
  readonly directory: string;
}

async function startStep(options: KubernetesStepsOptions, step: StepToStart): Promise<PodStep> {
  const { client, installation, stepResources, agentImage } = options;
  const { plan, signal, directory } = step;
  const { stepId, attempt, projectId } = plan;
  checkVariables(plan.environment);
  const name = stepPodName(installation, stepId, attempt);
  const labels = labelsOf({ component, installation, projectId, run: { stepId, attempt } });
  const secretName = name;
  const manifest = stepPod({ plan, name, labels, secretName, resources: stepResources, helperImage: agentImage });
  const tree = join(directory, "tree");
  await mkdir(tree);
  await starting("What ran for the step before cannot be removed", () =>
    endEarlierPods(client, { component, installation, labels: { [labelNames.step]: stepId } }, signal),
  );
  const failed = new AbortController();
  let mayRun = false;
  const events = {
    ...step.events,
    starting: async () => {
      await step.events.starting();
      mayRun = true;
    },
  };
  const making = makeTree(tree, plan, AbortSignal.any([signal, failed.signal]));
  // It is awaited once there is a pod.
  making.catch(() => {});
  try {
    const pod = podIdOf(
      await starting("The step's pod cannot be created", () =>
        createPod(client, manifest, { signal, isSame: () => true }),
      ),
    );
    try {
      const owner = { apiVersion: "v1", kind: "Pod", ...pod };
      const secret = stepSecret({ name: secretName, labels, owner, plan });
      await starting("The step's Secret cannot be created", () => createSecret(client, secret, signal));
      return await startIn({ ...options, ...step, events, pod, secretName, tree, making });
    } catch (error) {
      await removePod(options, pod, mayRun);
      throw error;
    }
  } finally {
    failed.abort();
    // Whatever it is busy with is in the directory that is removed next.
    await making.catch(() => {});
  }
}

interface StepInPod extends KubernetesStepsOptions, StepToStart {
  readonly pod: PodId;
  readonly secretName: string;
  readonly tree: string;
  /** Resolves once the work tree is there. */
  readonly making: Promise<void>;
}

async function startIn({
  client,
  logger,
  plan,
  events,
  signal,
  pod,
  secretName,
  tree,
  making,
}: StepInPod): Promise<PodStep> {
  const life = new AbortController();
  const onError = (error: unknown) => logger.warn({ err: error, step: plan.stepId }, "looking at the pod of a step");
  const watch = new ContainerWatch(client, pod, { signal: life.signal, onError });
  const abort = () => life.abort(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  try {
    const [failure] = await Promise.all([watch.begun(containers.prepare), making]);
    if (failure !== undefined) throw startErrorOf(failure);
    const begun = await sendTree(client, { pod: pod.name, watch, tree, starting: events.starting, signal });
    const end = await watch.begun(containers.step);
    if (end !== undefined && !watch.hasRun(containers.step)) throw startErrorOf(end);
    return new PodStep({ client, pod, secretName, watch, life, begun, output: events.output, logger });
  } catch (error) {
    life.abort();
    throw error;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

function startErrorOf({ kind, message }: PodEnd): StartError {
  return new StartError(message ?? "its pod ended before it began", kind === "image_pull" ? kind : "start_failed");
}

/** What cannot be removed now is an orphan, which is looked for again and again. */
async function removePod({ client, logger }: KubernetesStepsOptions, pod: PodId, mayRun: boolean): Promise<void> {
  try {
    await deletePod(client, pod, { graceSeconds: 1, limit: removalPatience });
    if (mayRun) await podGone(client, pod, AbortSignal.timeout(removalPatience));
  } catch (error) {
    logger.warn({ err: error, pod: pod.name }, "the pod of a step that was not started cannot be removed yet");
  }
}
