import { opsRepos, PlatformError } from "@platform-mcp/client";
import { AdvisedError, definePlatformTool, note, record, shortSha } from "@platform-mcp/server-kit";
import * as z from "zod";
import { opsRepoId } from "../arguments.ts";

export const syncOpsRepo = definePlatformTool({
  name: "sync_ops_repo",
  title: "Sync ops repo",
  description: "Fetch an ops repo now instead of at its next interval. Deployments whose manifests changed follow.",
  // What it brings about comes about without it, as soon as the repository is due: the commit is what changed things.
  risk: "write",
  idempotent: true,
  input: { ops_repo_id: opsRepoId },
  output: { commit: z.string() },
  uses: [opsRepos.syncOpsRepo],
  async run({ api }, { ops_repo_id }) {
    const { sha } = await api.call(opsRepos.syncOpsRepo, { ops_repo_id }).catch((error: unknown) => {
      // The first platform calls one that is not there a deployment.
      const isMissing = error instanceof PlatformError && error.status === 404 && error.serverMessage === "deployment";
      throw isMissing ? new AdvisedError(error, "There is no such ops repo. What exists: list_ops_repos.") : error;
    });
    return [
      record({ commit: shortSha(sha) }),
      note("Next: list_deployments; wait_for_deployment for one that follows."),
    ];
  },
});
