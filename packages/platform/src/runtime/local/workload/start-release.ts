import { join } from "node:path";
import { withIngestKeys } from "../../../observe/own/hidden-keys.ts";
import type { OutputListener } from "../../../pipelines/logs/output-listener.ts";
import { StartError } from "../../runtime.ts";
import { webCommand } from "../../web-command.ts";
import { WorkloadError, type WorkloadPlan } from "../../workload.ts";
import type { FreePorts } from "./free-ports.ts";
import type { AppsProxy } from "./proxy/start-proxy.ts";
import { Release, type ReleaseProcess } from "./release.ts";
import { startWebProcess, type WebProcessServices, type WebSource } from "./web-process.ts";
import { WorkloadLogs } from "./workload-logs.ts";

export interface ReleaseServices extends WebProcessServices {
  readonly proxy: Pick<AppsProxy, "urlOf">;
  readonly ports: FreePorts;
  /** The directory for logs, by the workload's id. */
  readonly logs: string;
  /** Gives what hears what a process of a plan prints. */
  readonly listen?: (plan: WorkloadPlan) => OutputListener;
  /** Seconds that a process may take until it answers; 120. */
  readonly readySeconds?: number;
  /** Seconds until the first restart of one that has ended; 1. */
  readonly restartSeconds?: number;
}

/** Lines of a log that a failure's message ends with. */
const linesShown = 20;

export function logsOf({ logs }: Pick<ReleaseServices, "logs">, workloadId: string): WorkloadLogs {
  return new WorkloadLogs(join(logs, workloadId));
}

/** Starts what a plan says, and keeps it running. @throws WorkloadError, and the reason of the signal */
export async function startRelease(
  services: ReleaseServices,
  plan: WorkloadPlan,
  onChange: (release: Release) => void,
  signal: AbortSignal,
): Promise<Release> {
  const { repository, imageRef, manifests, generation } = plan;
  if (manifests !== undefined) throw needsCluster();
  const commit = commitOf(imageRef);
  const { readySeconds = 120, restartSeconds = 1, proxy } = services;
  const start = async (until: AbortSignal): Promise<ReleaseProcess> => {
    const command = await webCommand(repository, commit, until);
    if (command === undefined) throw noCommand(commit);
    return await startProcess(services, plan, { repository, commit, command }, until);
  };
  const hostHeader = new URL(proxy.urlOf(plan)).host;
  return await Release.start({ generation, hostHeader, start, onChange, readySeconds, restartSeconds }, signal);
}

async function startProcess(
  services: ReleaseServices,
  plan: WorkloadPlan,
  source: Omit<WebSource, "environment">,
  signal: AbortSignal,
): Promise<ReleaseProcess> {
  const { workloadId, environment, secrets } = plan;
  const port = await services.ports.take();
  const free = () => services.ports.giveBack(port);
  try {
    const log = await logsOf(services, workloadId).begin(
      withIngestKeys(Object.values(secrets)),
      services.listen?.(plan),
    );
    // Programs that ask for one listen where only this machine reaches them.
    const given = { HOST: "127.0.0.1", ...environment, ...secrets, PORT: String(port) };
    const output = (chunk: Uint8Array) => log.write(chunk);
    const running = await startWebProcess(services, { ...source, environment: given }, output, signal);
    const exited = running.exited.then(async (exit) => {
      free();
      await log.end();
      return exit;
    });
    return { ...running, exited, port, tail: () => log.tail(linesShown) };
  } catch (error) {
    free();
    if (error instanceof StartError) throw new WorkloadError("start_failed", error.message);
    throw error;
  }
}

/** @throws WorkloadError when an image is no commit */
function commitOf(imageRef: string): string {
  const commit = /^git:([0-9a-f]{40})$/.exec(imageRef)?.[1];
  if (commit !== undefined) return commit;
  throw new WorkloadError(
    "unsupported_image",
    `This platform runs deployments on its own machine, from commits with a Procfile, and cannot run the image ${imageRef}: use git: and the full SHA of a commit, or run the platform with PLATFORM_RUNTIME=kubernetes`,
    { isFinal: true },
  );
}

function noCommand(commit: string): WorkloadError {
  return new WorkloadError(
    "no_command",
    `The commit ${commit} has no Procfile that says what to run: add a file Procfile with a line such as 'web: npm start', of a program that listens on the port that PORT names`,
    { isFinal: true },
  );
}

function needsCluster(): WorkloadError {
  return new WorkloadError(
    "invalid_manifest",
    "This platform runs deployments on its own machine, and manifests of an ops repo need a cluster: take the ops repo off the deployment, or run the platform with PLATFORM_RUNTIME=kubernetes",
    { isFinal: true },
  );
}
