import { type Api, shortSha, watch } from "@platform-mcp/server-kit";
import type { Target } from "../target.ts";
import { statusOf } from "../workload.ts";
import { type Awaited, isAwaited, isDecided } from "./is-decided.ts";
import { lookAt, type Sight } from "./look-at.ts";

export interface WatchOptions extends Awaited {
  readonly project_id: string;
  readonly target: Target;
  /** By `performance.now()`. */
  readonly deadline: number;
  /** Until when one that does not exist is waited for. */
  readonly patience: number;
  readonly signal: AbortSignal;
  readonly tell: (message: string) => void;
}

/**
 * Looks at a deployment or a preview until it is decided or the time is over.
 * @returns what was seen last; undefined when there is none, or none any more, and then what there was before
 */
export async function watchWorkload(
  api: Api,
  options: WatchOptions,
): Promise<{ readonly sight: Sight | undefined; readonly before: Sight | undefined }> {
  const { project_id, target, commit, deadline, patience, signal, tell } = options;
  let before: Sight | undefined;
  const sight = await watch<Sight | undefined>({
    async look(looking) {
      const sight = await lookAt(api, project_id, target, looking);
      before = sight ?? before;
      return sight;
    },
    stateOf,
    isDecided: (sight) =>
      sight === undefined
        ? before !== undefined || performance.now() >= patience
        : isDecided(sight.workload, { commit }),
    tell: (sight) => tell(said(sight, { commit })),
    deadline,
    signal,
  });
  return { sight, before };
}

function stateOf(sight: Sight | undefined): string {
  if (sight === undefined) return "";
  const { generation, failures, commit_sha } = sight.workload;
  return JSON.stringify([statusOf(sight.workload), generation, failures, commit_sha, sight.details.why]);
}

function said(sight: Sight | undefined, awaited: Awaited): string {
  if (sight === undefined) return "not there yet";
  const { workload, details } = sight;
  const other = isAwaited(workload, awaited)
    ? ""
    : `another commit (${shortSha(workload.commit_sha) ?? "not said which"}): `;
  return `${other}${details.status}${details.why === null ? "" : `: ${details.why}`}`;
}
