import type { workloads } from "@platform-mcp/client/contract";
import type { Repository } from "../git/repository.ts";

/** Which workload it is, and by which names: enough to find, watch and remove what runs for it. */
export interface WorkloadName {
  readonly workloadId: string;
  readonly projectId: string;
  readonly kind: "deployment" | "preview";
  /** The project's and its own name in host names: `http://<label>.<project>.…`. */
  readonly projectLabel: string;
  readonly label: string;
}

/** A Kubernetes object as an ops repo's manifest describes it: rendered, and checked to be one that is allowed. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly [key: string]: unknown };
  readonly [key: string]: unknown;
}

/** A workload as it should be: everything is resolved, nothing is looked up. */
export interface WorkloadPlan extends WorkloadName {
  readonly generation: number;
  /** A container image, or `git:` and a full commit SHA. */
  readonly imageRef: string;
  /** Where such a commit is. */
  readonly repository: Repository;
  /** What its processes get beside what the runtime gives (`PORT` at least). */
  readonly environment: Readonly<Record<string, string>>;
  /** The rest of it: handed over so that no argument, manifest or file of others shows it. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Applied instead of what the runtime would make of the image; undefined without an ops repo. */
  readonly manifests: readonly Manifest[] | undefined;
}

/** How a workload is, as the runtime sees it now. */
export interface WorkloadState {
  /**
   * - `progressing`: it is becoming what it should be; `ready`: it is, and was seen to answer.
   * - `failing`: it is not, for `reason`; it may become so by itself, or after another attempt.
   * - `absent`: nothing of it is there, or not what should be (somebody changed it): it must be applied again.
   */
  readonly status: "progressing" | "ready" | "failing" | "absent";
  readonly reason: workloads.WorkloadReason | null;
  /** For the user, with the last lines of its log where they help. */
  readonly message: string | null;
  /** Where it answers, if that is known. */
  readonly url: string | null;
}

/** A workload cannot be brought about. The message is for the user. */
export class WorkloadError extends Error {
  override readonly name = "WorkloadError";
  readonly reason: workloads.WorkloadReason;
  /** True when trying the same again cannot help. */
  readonly isFinal: boolean;

  constructor(reason: workloads.WorkloadReason, message: string, { isFinal = false } = {}) {
    super(message);
    this.reason = reason;
    this.isFinal = isFinal;
  }
}

/** What keeps workloads running. All of it may be called again and again: it is the state that counts. */
export interface Workloads {
  /**
   * Whether what runs belongs to this process of the platform and ends with it: then one process keeps its claim for as
   * long as the workload runs. Otherwise any process may look after it at any time.
   */
  readonly isOwn: boolean;
  /** Whether it runs a commit of the project's own repository (`git:` and its SHA) by what its `Procfile` says. */
  readonly runsCommits: boolean;
  /**
   * Brings a workload about, or begins to; what runs goes on until its successor is ready, where that is possible.
   * @throws WorkloadError, and the signal's reason
   */
  apply(plan: WorkloadPlan, signal: AbortSignal): Promise<void>;
  /** How it is, compared with the plan. Never throws for what the workload does; when the runtime cannot be asked, it does. */
  observe(plan: WorkloadPlan): Promise<WorkloadState>;
  /** Ends and removes all of it; true once nothing is left. */
  remove(name: WorkloadName): Promise<boolean>;
  /**
   * Ends what runs and keeps what is no process, such as volumes and addresses; true once nothing runs.
   * @param atOnce without a grace: somebody else may soon run it; only where what runs is this process's own
   */
  stop(name: WorkloadName, atOnce?: boolean): Promise<boolean>;
  /**
   * The last lines it printed, oldest first, or those of the process before, without its secrets; empty when there are
   * none. @throws WorkloadError when they cannot be had
   */
  logs(name: WorkloadName, selection: { readonly tail: number; readonly previous: boolean }): Promise<string>;
  /** Calls with the id of a workload of which something has changed: a hint, what `observe` says is the truth. */
  watch(onChange: (workloadId: string) => void): void;
  /** Removes what runs here for workloads that are wanted no more, or never were; called now and then. */
  removeOrphans(isWanted: (workloadId: string) => Promise<boolean>): Promise<void>;
  /** Ends what is this process's own. */
  close(): Promise<void>;
}
