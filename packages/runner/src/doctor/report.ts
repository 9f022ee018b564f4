/** What a server that started told a host. */
export interface Serving {
  readonly tools: number;
  /** What the definitions cost the model when they are loaded. */
  readonly tokens: number;
  /** Milliseconds from starting the process to having its list of tools. */
  readonly start_ms: number;
  /** The revision of MCP that was agreed on. */
  readonly protocol: string;
}

/** Whether something holds; null where that could not be asked, or does not apply. */
export type Verdict = boolean | null;

/** What the platform says of a server's token. */
export interface Access {
  readonly platform: Verdict;
  readonly token: Verdict;
  /** Null also when the session is bound to no project. */
  readonly project: Verdict;
  readonly tools: readonly ToolAccess[];
}

export interface ToolAccess {
  readonly name: string;
  readonly permissions: readonly string[];
  /** Null where the platform does not say what a token may do. */
  readonly missing: readonly string[] | null;
  /** What it misses concerns the whole platform, and the token is good for one project: that is no fault. */
  readonly bound?: true | undefined;
}

/** One thing that is not as it must be. */
export interface Problem {
  /** `server`, `platform`, `token`, `project`, or the name of a tool. */
  readonly subject: string;
  readonly detail: string;
  /** What to do about it. */
  readonly remedy: string;
}

/** One server of the role. The names are those of the JSON. */
export interface ServerReport {
  readonly name: string;
  /** `absent`: this build does not have it. */
  readonly state: "ok" | "failing" | "absent";
  /** Null when it did not start. */
  readonly serving: Serving | null;
  /** Null when it did not start, or could not say. */
  readonly access: Access | null;
  readonly problems: readonly Problem[];
}

export interface DoctorReport {
  readonly role: string;
  readonly servers_dir: string;
  /** No server is failing. */
  readonly ok: boolean;
  readonly servers: readonly ServerReport[];
}
