import type { V1Pod } from "@kubernetes/client-node";
import type { AgentExit, AgentStage } from "../../agent.ts";
import type { PodEnd } from "../pod-end.ts";
import { agentContainer } from "./agent-pod.ts";

/** The stage that a container belongs to. */
export function stageOf(container: string): AgentStage {
  if (container === agentContainer) return "agent";
  return container === "setup" ? "setup" : "clone";
}

/** What becomes of an agent when one of its containers has ended in another way than well. */
export function agentExit(container: string, end: PodEnd, pod: V1Pod | undefined): AgentExit {
  const { exitCode } = end;
  const kind = kindOf(end);
  const message = kind === "exited" ? failure(container, end, lastWords(pod, container)) : sentence(container, end);
  return { stage: stageOf(container), kind, exitCode, message };
}

/** SIGKILL, as a shell and the runner say it. */
const killed = 137;

function kindOf({ kind, exitCode }: PodEnd): AgentExit["kind"] {
  switch (kind) {
    case "oom_killed":
      // What memory ran out for may have been a test that the agent had started, and lived to see fail.
      return exitCode === null || exitCode === killed ? kind : "exited";
    case "unschedulable":
      return "start_failed";
    case "deadline":
      return "abandoned";
    case "deleted":
      return "lost";
    default:
      return kind;
  }
}

/** A container that cannot be started is known by its name to nobody but operators. */
function sentence(container: string, { message }: PodEnd): string | null {
  return message === null ? null : `The container ${container} of its pod: ${message}`;
}

function failure(container: string, { exitCode }: PodEnd, words: string): string | null {
  const how = `failed with exit code ${exitCode}`;
  const why = words === "" ? "" : `: ${words}`;
  switch (container) {
    case "git-clone":
      return `The clone of the repository ${how}${why}`;
    case "tools":
      return `The agent's tools could not be put into its image${why}`;
    case "setup":
      return words === "" ? `The setup ${how}` : words;
    default:
      return null;
  }
}

/** What a container left to be read after its end. */
function lastWords(pod: V1Pod | undefined, container: string): string {
  const all = [...(pod?.status?.initContainerStatuses ?? []), ...(pod?.status?.containerStatuses ?? [])];
  return all.find(({ name }) => name === container)?.state?.terminated?.message?.trim() ?? "";
}
