import { opsRepos } from "@platform-mcp/client";
import {
  bareArrayPage,
  definePlatformTool,
  limit,
  list,
  named,
  offset,
  shortSha,
  time,
  user,
} from "@platform-mcp/server-kit";
import * as z from "zod";

export const listOpsRepos = definePlatformTool({
  name: "list_ops_repos",
  title: "List ops repos",
  description: "List the repositories of manifests that deployments can be made from.",
  risk: "read",
  input: { limit, offset },
  output: {
    ops_repos: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        url: z.string(),
        branch: z.string(),
        path: z.string(),
        commit: z.string().nullable(),
        synced_at: z.string().nullable(),
        error: z.string().nullable(),
      }),
    ),
  },
  lists: ["ops_repo"],
  uses: [opsRepos.listOpsRepos],
  async run({ api }, page) {
    const { items, hasMore } = await bareArrayPage((part) => api.call(opsRepos.listOpsRepos, part), page);
    return list({
      of: "ops_repos",
      items: items.map((repo) => ({
        id: repo.id,
        name: named(repo.name),
        url: named(repo.repo_url),
        branch: named(repo.branch),
        path: named(repo.path),
        commit: shortSha(repo.current_sha),
        synced_at: time(repo.synced_at),
        error: user(repo.sync_error),
      })),
      offset: page.offset,
      hasMore,
      next: (next) => `list_ops_repos with offset=${next}`,
      empty: "An administrator adds them; without one, deployments use manifests that the platform makes.",
    });
  },
});
