import { git } from "@platform-mcp/client";
import { bareArrayPage, defineTool, limit, list, named, offset, type Page } from "@platform-mcp/server-kit";
import * as z from "zod";

export const listBranches = defineTool({
  name: "list_branches",
  title: "List branches",
  description: "List the branches with their latest commit, the default branch first, then by last update.",
  risk: "read",
  input: { limit, offset },
  output: {
    branches: z.array(
      z.object({ name: z.string(), sha: z.string(), updated_at: z.string(), default: z.boolean().nullable() }),
    ),
  },
  lists: ["branch", "commit", "tree path", "blob"],
  uses: [git.listBranches],
  async run({ api, project }, page) {
    const get = (part: Page) => api.call(git.listBranches, { project_id: project, ...part });
    const { items, hasMore } = await bareArrayPage(get, page);
    return list({
      of: "branches",
      items: items.map((branch) => ({
        name: named(branch.name),
        sha: branch.sha,
        updated_at: branch.updated_at,
        default: branch.is_default ? true : null,
      })),
      offset: page.offset,
      hasMore,
      next: (next) => `list_branches with offset=${next}`,
      empty: "The repository is empty: nothing has been pushed yet.",
    });
  },
});
