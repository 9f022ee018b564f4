import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { StartError } from "../../runtime.ts";
import { webCommand } from "../../web-command.ts";
import { WorkloadError, type WorkloadName, type WorkloadPlan, type Workloads } from "../../workload.ts";
import { freePort } from "./free-port.ts";
import { LocalWorkload } from "./local-workload.ts";
import type { AppsProxy } from "./proxy/start-proxy.ts";
import { Release, type ReleaseProcess } from "./release.ts";
import { startWebProcess, type WebProcessServices } from "./web-process.ts";
import { WorkloadLogs } from "./workload-logs.ts";

export interface LocalWorkloadsOptions {
  readonly proxy: AppsProxy;
  /** The directory for their logs, by the workload's id. */
  readonly logs: string;
  /** Seconds that a process may take until it answers; 120. */
  readonly readySeconds?: number;
  /** Seconds until the first restart of one that has ended; 1. */
  readonly restartSeconds?: number;
  /** Seconds that requests may take to end when a workload is replaced; 10. */
  readonly drainSeconds?: number;
}

/** Milliseconds that `stop` and `remove` wait before they say that it is not done yet. */
const patience = 2_000;
/** Lines of a log that a failure's message ends with. */
const linesShown = 10;

/** Workloads as processes of this machine, each in a checkout of a commit, behind a proxy that gives them stable URLs. */
export class LocalWorkloads implements Workloads {
  readonly isOwn = true;
  readonly runsCommits = true;
  readonly #services: WebProcessServices;
  readonly #options: LocalWorkloadsOptions;
  readonly #workloads = new Map<string, LocalWorkload>();
  readonly #ports = new Set<number>();
  readonly #alive: NodeJS.Timeout;
  #onChange: (workloadId: string) => void = () => {};
  #isClosed = false;

  constructor(services: WebProcessServices, options: LocalWorkloadsOptions) {
    this.#services = services;
    this.#options = options;
    const keepAlive = () => {
      for (const workload of this.#workloads.values()) workload.keepAlive();
    };
    this.#alive = setInterval(keepAlive, (services.watchSeconds * 1000) / 2).unref();
  }

  async apply(plan: WorkloadPlan, signal: AbortSignal): Promise<void> {
    if (this.#isClosed) throw new WorkloadError("unreachable", "The platform is ending");
    if (plan.manifests !== undefined) throw needsCluster();
    const { workloadId } = plan;
    const known = this.#workloads.get(workloadId);
    const workload = known ?? this.#add(plan);
    await workload.apply(plan, signal);
  }

  async observe(plan: WorkloadPlan) {
    const state = await this.#workloads.get(plan.workloadId)?.observe(plan);
    return state ?? { status: "absent" as const, reason: null, message: null, url: this.#options.proxy.urlOf(plan) };
  }

  async stop({ workloadId }: WorkloadName): Promise<boolean> {
    const ended = this.#workloads.get(workloadId)?.end();
    return await Promise.race([ended?.then(() => true) ?? true, delay(patience, false, { ref: false })]);
  }

  async remove(name: WorkloadName): Promise<boolean> {
    const { workloadId } = name;
    if (!(await this.stop(name))) return false;
    const workload = this.#workloads.get(workloadId);
    if (workload !== undefined) this.#options.proxy.remove(workload);
    this.#workloads.delete(workloadId);
    await this.#logsOf(workloadId).remove();
    return true;
  }

  async logs({ workloadId }: WorkloadName, { tail, previous }: { readonly tail: number; readonly previous: boolean }) {
    return await this.#logsOf(workloadId).tail(tail, { previous });
  }

  watch(onChange: (workloadId: string) => void): void {
    this.#onChange = onChange;
  }

  async removeOrphans(isWanted: (workloadId: string) => Promise<boolean>): Promise<void> {
    for (const workload of [...this.#workloads.values()]) {
      if (!(await isWanted(workload.name.workloadId))) await this.remove(workload.name);
    }
    for (const id of await readdir(this.#options.logs).catch(() => [])) {
      const isIdle = () => !this.#workloads.has(id);
      if (isIdle() && !(await isWanted(id)) && isIdle())
        await rm(join(this.#options.logs, id), { recursive: true, force: true });
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#alive);
    await Promise.all([...this.#workloads.values()].map((workload) => workload.end()));
    await this.#options.proxy.close();
  }

  #add(name: WorkloadName): LocalWorkload {
    const { proxy, drainSeconds = 10 } = this.#options;
    const { workloadId } = name;
    const workload = new LocalWorkload(name, {
      url: proxy.urlOf(name),
      drainSeconds,
      onChange: () => this.#onChange(workloadId),
      start: (plan, onChange, signal) => this.#start(plan, onChange, signal),
    });
    this.#workloads.set(workloadId, workload);
    proxy.add(workload);
    return workload;
  }

  async #start(plan: WorkloadPlan, onChange: (release: Release) => void, signal: AbortSignal): Promise<Release> {
    const { repository } = plan;
    const commit = commitOf(plan.imageRef);
    const { readySeconds = 120, restartSeconds = 1, proxy } = this.#options;
    const startProcess = async (until: AbortSignal): Promise<ReleaseProcess> => {
      const command = await webCommand(repository, commit, until);
      if (command === undefined) throw noCommand();
      return await this.#startProcess(plan, { repository, commit, command }, until);
    };
    return await Release.start(
      {
        generation: plan.generation,
        hostHeader: new URL(proxy.urlOf(plan)).host,
        start: startProcess,
        onChange,
        readySeconds,
        restartSeconds,
      },
      signal,
    );
  }

  async #startProcess(
    { workloadId, environment, secrets }: WorkloadPlan,
    source: Omit<Parameters<typeof startWebProcess>[1], "environment">,
    signal: AbortSignal,
  ): Promise<ReleaseProcess> {
    const logs = this.#logsOf(workloadId);
    const port = await freePort(this.#ports);
    this.#ports.add(port);
    const free = () => void this.#ports.delete(port);
    try {
      const log = await logs.begin(Object.values(secrets));
      const given = { HOST: "127.0.0.1", ...environment, ...secrets, PORT: String(port) };
      const running = await startWebProcess(
        this.#services,
        { ...source, environment: given },
        (chunk) => log.write(chunk),
        signal,
      );
      const exited = running.exited.then(async (exit) => {
        free();
        await log.end();
        return exit;
      });
      return { ...running, exited, port, tail: () => log.tail(linesShown) };
    } catch (error) {
      free();
      if (!(error instanceof StartError)) throw error;
      throw new WorkloadError("start_failed", error.message);
    }
  }

  #logsOf(workloadId: string): WorkloadLogs {
    return new WorkloadLogs(join(this.#options.logs, workloadId));
  }
}

const needsCluster = () =>
  new WorkloadError(
    "invalid_manifest",
    "Manifests of an ops repo need a cluster, and this platform runs deployments on its own machine: take the ops repo off the deployment, or run the platform with PLATFORM_RUNTIME=kubernetes",
    { isFinal: true },
  );

const noCommand = () =>
  new WorkloadError(
    "no_command",
    "The commit has no Procfile that says what to run: add a file Procfile with a line such as 'web: npm start', which listens on the port that PORT names",
    { isFinal: true },
  );

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
