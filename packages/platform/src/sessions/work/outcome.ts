import type { AgentExit } from "../../runtime/agent.ts";
import type { SessionOutcome } from "../end-session.ts";
import type { SessionOutput } from "../events/session-output.ts";

/**
 * Why a session was ended before its agent ended by itself: somebody stopped it, its time was over, its platform closes.
 */
export type StopCause = "stopped" | "deadline" | "closing";

/** What is known of a session whose agent has ended. */
interface EndedAgent {
  readonly exit: AgentExit;
  readonly cause: StopCause | undefined;
  readonly output: Pick<SessionOutput, "summary" | "costUsd" | "costTokens" | "runner">;
  readonly turns: number | null;
  /** The end of what its last stage has printed. */
  readonly tail: string;
  /** The agent's last words as events tell them, for when the summary was read by a platform that is gone. */
  readonly lastText: string | null;
  readonly branch: string;
  readonly sessionId: string;
}

/** The runner's exit code when work is left that it could not push. */
const unsavedCode = 70;

const stoppedMessages = {
  stopped: "It was stopped",
  deadline: "Its time was over",
  closing: "The platform was stopped",
} as const;

/** How a session ended whose agent has ended, as it is recorded. */
export function outcomeOf(agent: EndedAgent): SessionOutcome {
  const { output, turns, exit } = agent;
  const commitSha = pushedCommit(agent);
  const { costUsd, costTokens, runner } = output;
  return {
    ...endOf(agent),
    exitCode: exit.stage === "agent" ? (runner?.exit_code ?? exit.exitCode) : null,
    // What an earlier platform has read and kept stays.
    ...(turns !== null && { turns }),
    ...(costUsd !== null && { costUsd }),
    ...(costTokens !== null && { costTokens }),
    ...(commitSha !== null && { commitSha }),
  };
}

/** What the session's branch is at after the runner's pushes; null when it has told of none. */
export function pushedCommit({ output, branch }: Pick<EndedAgent, "output" | "branch">): string | null {
  return output.runner?.pushed.findLast((push) => push.branch === branch)?.commit ?? null;
}

function endOf(agent: EndedAgent): Pick<SessionOutcome, "status" | "reason" | "message"> {
  const { exit, cause, output } = agent;
  const { runner } = output;
  const isDone = exit.kind === "exited" && exit.stage === "agent" && exit.exitCode === 0;
  // It may have come to its end just before it was stopped.
  if (isDone && (cause === undefined || output.summary !== undefined)) {
    return { status: "completed", reason: "exit", message: output.summary?.text || agent.lastText };
  }
  const isUnsaved = exit.exitCode === unsavedCode || runner?.saved === false;
  if (cause !== undefined) {
    const message = stoppedMessages[cause];
    if (isUnsaved) return { status: "stopped", reason: "unsaved", message: `${message}. ${unsaved(agent)}` };
    const reason = cause === "deadline" ? "deadline" : "stopped";
    if (exit.stage !== "agent" || runner !== undefined) return { status: "stopped", reason, message };
    return {
      status: "stopped",
      reason,
      message: `${message} before its work was saved. ${lastCheckpoint(agent.sessionId)}`,
    };
  }
  if (exit.kind === "abandoned" || exit.kind === "lost") return lost(agent.sessionId, exit.message);
  if (exit.kind !== "exited") return { status: "failed", reason: exit.kind, message: exit.message };
  const code = exit.exitCode === null ? "a signal ended it" : `exit code ${exit.exitCode}`;
  if (exit.stage === "clone") {
    return failed("start_failed", exit.message ?? `The repository could not be cloned: ${code}`, agent);
  }
  if (exit.stage === "setup") return failed("setup_failed", exit.message ?? `A setup command failed: ${code}`, agent);
  if (isUnsaved) return { status: "failed", reason: "unsaved", message: unsaved(agent) };
  const said = output.summary?.text;
  if (said) return { status: "failed", reason: "exit", message: said };
  return failed("exit", `The agent ended with ${code}`, agent);
}

/** What became of a session of whose agent nothing can be found any more. */
export function gone(
  sessionId: string,
  cause: StopCause | undefined,
): Pick<SessionOutcome, "status" | "reason" | "message"> {
  if (cause === undefined) return lost(sessionId, null);
  const reason = cause === "deadline" ? "deadline" : "stopped";
  return { status: "stopped", reason, message: `${stoppedMessages[cause]}. ${lastCheckpoint(sessionId)}` };
}

/** What became of a session of whose end nothing is known. */
export function lost(sessionId: string, why: string | null): Pick<SessionOutcome, "status" | "reason" | "message"> {
  const message = `${why ?? "What ran it went away"}. ${lastCheckpoint(sessionId)}`;
  return { status: "failed", reason: "lost", message };
}

/** What becomes of a session that could not be started, by its own fault or the platform's. */
export function failedToStart(why: string): SessionOutcome {
  return { status: "failed", reason: "start_failed", message: `It could not be started: ${why}` };
}

/** What becomes of a session that was stopped before anything of its agent ran. */
export function stoppedBefore(cause: StopCause): SessionOutcome {
  const reason = cause === "deadline" ? "deadline" : "stopped";
  return { status: "stopped", reason, message: `${stoppedMessages[cause]} before the agent began` };
}

function failed(reason: SessionOutcome["reason"], what: string, { tail }: EndedAgent) {
  return { status: "failed" as const, reason, message: tail === "" ? what : `${what}:\n${tail}` };
}

function unsaved({ output: { runner }, sessionId }: EndedAgent): string {
  const where =
    runner?.bundle === undefined
      ? lastCheckpoint(sessionId)
      : `It is in ${runner.bundle}, from which git fetch gets it.`;
  return ["Work is left that could not be pushed.", where, ...(runner?.problems ?? [])].join(" ");
}

function lastCheckpoint(sessionId: string): string {
  return `What its last checkpoint held, if there was one, is in refs/agent-wip/${sessionId}`;
}
