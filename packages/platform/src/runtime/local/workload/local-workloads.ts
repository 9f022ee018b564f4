import { readdir } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import {
  WorkloadError,
  type WorkloadName,
  type WorkloadPlan,
  type WorkloadState,
  type Workloads,
} from "../../workload.ts";
import { FreePorts } from "./free-ports.ts";
import { LocalWorkload } from "./local-workload.ts";
import type { AppsProxy } from "./proxy/start-proxy.ts";
import { logsOf, type ReleaseServices, startRelease } from "./start-release.ts";

export interface LocalWorkloadsOptions extends Omit<ReleaseServices, "proxy" | "ports"> {
  readonly proxy: AppsProxy;
  /** Seconds that requests may take to end when a workload is replaced; 10. */
  readonly drainSeconds?: number;
}

/** Milliseconds that `stop` and `remove` wait before they say that it is not done yet. */
const patience = 2_000;

/** Workloads as processes of this machine, each in a checkout of a commit, behind a proxy that gives them stable URLs. */
export class LocalWorkloads implements Workloads {
  readonly isOwn = true;
  readonly runsCommits = true;
  readonly #options: LocalWorkloadsOptions;
  readonly #services: ReleaseServices;
  readonly #workloads = new Map<string, LocalWorkload>();
  readonly #alive: NodeJS.Timeout;
  #onChange: (workloadId: string) => void = () => {};
  #isClosed = false;

  constructor(options: LocalWorkloadsOptions) {
    this.#options = options;
    this.#services = { ...options, ports: new FreePorts() };
    const keepAlive = () => {
      for (const workload of this.#workloads.values()) workload.keepAlive();
    };
    this.#alive = setInterval(keepAlive, (options.watchSeconds * 1000) / 3).unref();
  }

  async apply(plan: WorkloadPlan, signal: AbortSignal): Promise<void> {
    if (this.#isClosed) throw new WorkloadError("unreachable", "The platform is ending");
    await (this.#workloads.get(plan.workloadId) ?? this.#add(plan)).apply(plan, signal);
  }

  async observe(plan: WorkloadPlan): Promise<WorkloadState> {
    const state = await this.#workloads.get(plan.workloadId)?.observe(plan.generation);
    const url = this.#options.proxy.urlOf(plan);
    return { ...(state ?? { status: "absent", reason: null, message: null }), url };
  }

  async stop({ workloadId }: WorkloadName, atOnce = false): Promise<boolean> {
    const ended = this.#workloads.get(workloadId)?.end(atOnce);
    return await Promise.race([ended?.then(() => true) ?? true, delay(patience, false, { ref: false })]);
  }

  async remove(name: WorkloadName): Promise<boolean> {
    const { workloadId } = name;
    const workload = this.#workloads.get(workloadId);
    if (!(await this.stop(name))) return false;
    if (workload !== undefined) this.#options.proxy.remove(workload);
    this.#workloads.delete(workloadId);
    await logsOf(this.#services, workloadId).remove();
    return true;
  }

  async logs({ workloadId }: WorkloadName, { tail, previous }: { readonly tail: number; readonly previous: boolean }) {
    return await logsOf(this.#services, workloadId).tail(tail, { previous });
  }

  watch(onChange: (workloadId: string) => void): void {
    this.#onChange = onChange;
  }

  async removeOrphans(isWanted: (workloadId: string) => Promise<boolean>): Promise<void> {
    for (const { name } of [...this.#workloads.values()]) {
      if (!(await isWanted(name.workloadId))) await this.remove(name);
    }
    for (const id of await readdir(this.#services.logs).catch(() => [])) {
      if (!this.#workloads.has(id) && !(await isWanted(id))) await logsOf(this.#services, id).remove();
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#workloads.values()].map((workload) => workload.end()));
    clearInterval(this.#alive);
    await this.#options.proxy.close();
  }

  #add(name: WorkloadName): LocalWorkload {
    const { proxy, drainSeconds = 10 } = this.#options;
    const workload = new LocalWorkload(name, {
      drainSeconds,
      onChange: () => this.#onChange(name.workloadId),
      start: (plan, onChange, signal) => startRelease(this.#services, plan, onChange, signal),
    });
    this.#workloads.set(name.workloadId, workload);
    proxy.add(workload);
    return workload;
  }
}
