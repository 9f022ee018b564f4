import { git, type pipelines } from "@platform-mcp/client";
import { type Api, isMissingEndpoint } from "@platform-mcp/server-kit";
import { isCommit, shortRef } from "../git-ref.ts";
import { listPipelinesOf } from "../pipelines-of-ref.ts";

/** The pipeline that a ref stands for: that of the commit it names now, which may not be there yet. */
export interface SoughtPipeline {
  /** The commit, in full; undefined where the platform does not say, and then it is the latest of the ref. */
  readonly commit: string | undefined;
  /** Its id, or undefined while there is none. */
  find(): Promise<string | undefined>;
}

/**
 * Right after a push the latest pipeline of a branch is still that of the push before; so the commit comes first.
 * @throws what the platform answers to a ref that does not exist
 */
export async function pipelineOf(api: Api, project_id: string, ref: string): Promise<SoughtPipeline> {
  const commit = isCommit(ref) ? ref : await tipOf(api, project_id, ref);
  const latest = async (wanted: string, isIt: (pipeline: pipelines.Pipeline) => boolean) => {
    const { items } = await listPipelinesOf(api, { project_id, ref: wanted }, { limit: 20, offset: 0 });
    return items.find(isIt)?.id;
  };
  return {
    commit,
    async find() {
      if (commit === undefined) return await latest(ref, () => true);
      // A commit given as such may have been built for any branch; that of a branch is waited for on this branch.
      const named = ref === "HEAD" || commit.startsWith(ref) ? undefined : shortRef(ref);
      return await latest(commit, ({ git_ref }) => named === undefined || shortRef(git_ref) === named);
    },
  };
}

async function tipOf(api: Api, project_id: string, ref: string): Promise<string | undefined> {
  try {
    const [tip] = await api.call(git.listCommits, { project_id, ref, limit: 1 });
    return tip?.sha;
  } catch (error) {
    // Without commits to look at, the latest pipeline of the ref is the best there is.
    if (await isMissingEndpoint(error, api)) return undefined;
    throw error;
  }
}
