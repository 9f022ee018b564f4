import type { Readable } from "node:stream";
import type { Repository } from "../git/repository.ts";
import type { AgentEvents, AgentPlan, RunningAgent, StartedAgent } from "./agent.ts";
import type { Workloads } from "./workload.ts";

/** A step as a runtime runs it: everything is resolved, nothing is looked up. */
export interface StepPlan {
  readonly stepId: string;
  /** How often the step was claimed: with `stepId`, the name of this one run. */
  readonly attempt: number;
  readonly pipelineId: string;
  readonly projectId: string;
  readonly name: string;
  readonly image: string;
  /** Run by `sh -c`, as `joinCommands` puts them together; none is a success. */
  readonly commands: readonly string[];
  /** The whole environment beside what the runtime gives: `PATH`, `HOME`, the locale. */
  readonly environment: Readonly<Record<string, string>>;
  readonly source: {
    readonly repository: Repository;
    /** Full SHA. */
    readonly commit: string;
  };
  /** What earlier steps left, put into the work tree before the step starts. */
  readonly inputs: readonly StepInput[];
  /** Seconds after which it is ended; by whoever runs it, unless that is gone. */
  readonly timeoutSeconds: number;
}

/** A file, or a directory as a tar archive, that is put at `path` in the work tree. */
export interface StepInput {
  readonly path: string;
  readonly kind: "file" | "directory";
  open(): Readable;
}

/** What a step left at a path in its work tree: a file, or a directory as a tar archive. */
export interface StepOutput {
  readonly path: string;
  readonly kind: "file" | "directory";
  open(): Readable;
}

/** How a step's process ended. */
export interface StepExit {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** True when it was stopped by the watch over its worker: no sign of life for too long. */
  readonly abandoned: boolean;
  /** What ended it from outside, when that is known. */
  readonly disruption?: { readonly reason: "oom_killed" | "evicted" | "lost"; readonly message: string };
}

/** A step that runs. */
export interface RunningStep {
  /** Resolves when the process and everything that it started are gone; never rejects. */
  readonly exited: Promise<StepExit>;
  /** Asks it to end (SIGTERM to all of it), and ends it 10 seconds later whatever it does; may be called again. */
  stop(): void;
  /** Shows that whoever runs the step is alive and still holds its lease; without it for 20 s, the step ends by itself. */
  keepAlive(): void;
  /** Once it has exited: what it left at a path, undefined if nothing, or only what was checked out. */
  output(path: string): Promise<StepOutput | undefined>;
  /** Ends what is left of it and removes its work tree. Must be called, may be called at any time and again. */
  dispose(): Promise<void>;
}

/** A step could not be set up: its source, inputs or image. The message is for the user. */
export class StartError extends Error {
  override readonly name = "StartError";
  readonly reason: "start_failed" | "image_pull";

  constructor(message: string, reason: "start_failed" | "image_pull" = "start_failed") {
    super(message);
    this.reason = reason;
  }
}

/** What a step's start tells whoever asked for it. */
export interface StepEvents {
  /**
   * What the step prints, stdout and stderr in the order it came; slows the step down while its promise is pending.
   * Never rejects.
   */
  readonly output: (chunk: Uint8Array) => Promise<void>;
  /**
   * Called once everything is prepared, and awaited before the process is started, so that it can be noted that the step
   * may do something from now on. When it rejects, no process is started, and that ends the start.
   */
  readonly starting: () => Promise<void>;
}

/** What something that runs was started for. */
export type RunReference =
  | { readonly kind: "step"; readonly stepId: string; readonly attempt: number }
  | { readonly kind: "agent"; readonly sessionId: string };

/** What runs things. Nothing above this folder knows which one it is. */
export interface Runtime {
  /** What keeps deployments and previews running. */
  readonly workloads: Workloads;
  /** Whether what an agent leaves in its `RESCUE_DIR` is still there once the agent is gone. */
  readonly keepsRescued: boolean;
  /** Sentences about how steps run here, for the top of their logs. */
  describe(plan: StepPlan): readonly string[];
  /**
   * Prepares and starts a step; resolves once its process runs. When it rejects, nothing of the step is left.
   * @throws StartError, what `starting` rejected with, and the reason of `signal` when that ends the preparation
   */
  startStep(plan: StepPlan, events: StepEvents, signal: AbortSignal): Promise<RunningStep>;
  /**
   * Prepares and starts an agent; resolves once its clone is made or begun, and what follows is told by events. When it
   * rejects, nothing of it is left. What runs already for the session is ended first.
   * @throws StartError, what `starting` rejected with, and the reason of `signal` when that ends the preparation
   */
  startAgent(plan: AgentPlan, events: AgentEvents, signal: AbortSignal): Promise<RunningAgent>;
  /**
   * Takes over an agent that an earlier process of the platform started; undefined when nothing of it can be found, or
   * where agents end with the process that started them.
   */
  resumeAgent(started: StartedAgent, events: AgentEvents): Promise<RunningAgent | undefined>;
  /** Ends and removes what runs of an earlier process of this platform left, before this one starts any. */
  cleanUp(): Promise<void>;
  /** Ends and removes what runs here for steps and sessions that nobody looks after any more; called now and then. */
  removeOrphans(isWanted: (run: RunReference) => Promise<boolean>): Promise<void>;
}
