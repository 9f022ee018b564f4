import { setTimeout as delay } from "node:timers/promises";
import { deployments, git, mergeRequests, type PlatformClient, PlatformError, previews } from "@platform-mcp/client";
import type { Reviewer } from "./hands.ts";
import { visit } from "./visit.ts";

/** Milliseconds between two looks at something that is waited for. */
const PAUSE = 200;

type State = Pick<deployments.Deployment, "current_status" | "message" | "commit_sha" | "url">;

/** The user of a client, on one project. */
export function reviewerOf(api: PlatformClient, project_id: string, defaultBranch: string): Reviewer {
  const review = (verdict: "approve" | "request_changes") => async (number: number, body: string) => {
    await api.call(mergeRequests.createReview, { project_id, number, body: { verdict, body } });
  };
  const tipOf = async (branch: string) => {
    const branches = await api.call(git.listBranches, { project_id });
    return branches.find(({ name }) => name === branch)?.sha;
  };
  /** Waits until what is asked for shows what the branch holds, and gives where it answers. */
  const shown = async (branch: string, ask: () => Promise<State>): Promise<string> => {
    for (;;) {
      const state = await unlessMissing(ask());
      const { current_status, message, url } = state ?? {};
      if (current_status === "healthy" && url && state?.commit_sha === (await tipOf(branch))) return url;
      if (current_status === "failed") throw new Error(`${branch} cannot be deployed: ${message}`);
      await delay(PAUSE);
    }
  };
  return {
    requestChanges: review("request_changes"),
    approve: review("approve"),
    production: () =>
      shown(defaultBranch, () => api.call(deployments.getDeployment, { project_id, environment: "production" })),
    preview: (branch) => shown(branch, () => api.call(previews.getPreview, { project_id, branch_slug: branch })),
    opens: visit,
    async previewEnded(branch_slug, address) {
      while ((await visit(address)).status !== 404) await delay(PAUSE);
      for (;;) {
        const { items } = await api.call(previews.previewHistory, { project_id, branch_slug });
        if (items[0]?.action === "stop")
          return items.map(({ action, status, reason }) => [action, status, reason ?? ""].join(" ").trim());
        await delay(PAUSE);
      }
    },
  };
}

/** Undefined for what is not there yet. */
async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  return await answer.catch((error: unknown) => {
    if (error instanceof PlatformError && error.status === 404) return undefined;
    throw error;
  });
}
