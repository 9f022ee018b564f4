/** An agent as a runtime runs it: everything is resolved, nothing is looked up. */
export interface AgentPlan {
  readonly sessionId: string;
  readonly projectId: string;
  /** A container image; a runtime that uses none says so. */
  readonly image: string;
  /** Run one after another in the clone before the agent; each is one argument of `sh -c`. */
  readonly setupCommands: readonly string[];
  /** The environment of the setup commands and of the runner, as far as it is no secret. */
  readonly environment: Readonly<Record<string, string>>;
  /** The rest of it: handed over so that no argument, manifest or file of others shows it. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly clone: {
    /** The project's path on the platform, such as `/owner/name.git`; the runtime knows the platform's address. */
    readonly path: string;
    /** The agent's user name; its token is `PLATFORM_API_TOKEN` in `secrets`. */
    readonly user: string;
    /** Checked out if it exists, else made from the default branch. */
    readonly branch: string;
    readonly defaultBranch: string;
  };
  /** Options for Claude Code. */
  readonly options: readonly string[];
  readonly prompt: string;
  /** Seconds from now after which nothing of it may run any more, whatever happens to the platform. */
  readonly mostSeconds: number;
}

/** One that was started, as the platform remembers it. */
export interface StartedAgent {
  readonly sessionId: string;
  /** How far its output was read: the cursor that came with the last chunk that was kept. */
  readonly cursor: string | null;
}

/** What an agent's life consists of; each ends before the next begins. */
export type AgentStage = "clone" | "setup" | "agent";

/** What it printed. */
export interface AgentOutput {
  readonly stage: AgentStage;
  /** Bytes of stdout and stderr as they came. */
  readonly chunk: Uint8Array;
  /**
   * Where to go on after this chunk (`StartedAgent.cursor`), which then holds whole lines; null where that is not possible.
   */
  readonly cursor: string | null;
}

export interface AgentEvents {
  /** Slows the reading down while its promise is pending. Never rejects. */
  readonly output: (output: AgentOutput) => Promise<void>;
  /**
   * Called once everything is prepared, with what will run it (a pod's name), and awaited before anything of the agent
   * is started: from then on it may have done something. When it rejects, nothing is started, and that ends the start.
   */
  readonly starting: (name: string | null) => Promise<void>;
}

/** How an agent ended. */
export interface AgentExit {
  /** The stage in which it ended. */
  readonly stage: AgentStage;
  /** What happened: it `exited`, was `killed` by the watch over its worker, or its container met another end. */
  readonly kind: "exited" | "abandoned" | "oom_killed" | "evicted" | "image_pull" | "lost" | "start_failed";
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  /** For the user: of another end than `exited`, and which setup command failed. */
  readonly message: string | null;
}

/** An agent that runs. */
export interface RunningAgent {
  /** Resolves when nothing of it runs any more and all of its output was handed on; never rejects. */
  readonly exited: Promise<AgentExit>;
  /** Asks it to end and save its work (SIGTERM to the runner), and ends it 120 seconds later whatever it does. */
  stop(): void;
  /** As of a step; no need of it where agents outlive the platform's process. */
  keepAlive(): void;
  /**
   * Gives it up without ending it: true where it goes on and can be resumed, by another process or this one; then no more
   * of its output is handed on, and `exited` stays pending. False where it cannot: then nothing has changed.
   */
  detach(): boolean;
  /** Ends what is left of it and removes its traces: clone, pod, secret. May be called at any time and again. */
  dispose(): Promise<void>;
}
