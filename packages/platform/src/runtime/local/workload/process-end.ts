import type { workloads } from "@platform-mcp/client/contract";
import type { StepExit } from "../../runtime.ts";
import { describeExit } from "./describe-exit.ts";

/** What became of one process of a release. */
interface Course {
  readonly exit: StepExit;
  /** Why it was ended, if that was not its own doing. */
  readonly problem: string | undefined;
  /** The last lines that it printed. */
  readonly tail: string;
  readonly hasAnswered: boolean;
  /** Milliseconds. */
  readonly lasted: number;
}

/** How it ended, for what comes next and for the user. */
export interface ProcessEnd extends Pick<Course, "hasAnswered" | "lasted"> {
  readonly reason: workloads.WorkloadReason;
  readonly message: string;
}

export function processEnd({ exit, problem, tail, hasAnswered, lasted }: Course): ProcessEnd {
  const what = problem === undefined ? `Its process ${describeExit(exit)}` : `It was ended because ${problem}`;
  const message = tail === "" ? `${what}. It has printed nothing.` : `${what}. The last lines of its log:\n${tail}`;
  return { reason: problem === undefined ? "crash_loop" : "not_ready", message, hasAnswered, lasted };
}
