import { git } from "@platform-mcp/client";
import { bareArrayPage, defineTool, limit, list, offset, type Page, user } from "@platform-mcp/server-kit";
import * as z from "zod";
import { path, ref } from "../arguments.ts";

export const listCommits = defineTool({
  name: "list_commits",
  title: "List commits",
  description: "List commits of a ref, newest first: sha, time, author, subject.",
  risk: "read",
  input: {
    ref,
    path: path.optional().describe("Only commits that touch it"),
    limit,
    offset,
  },
  output: {
    commits: z.array(z.object({ sha: z.string(), committed_at: z.string(), author: z.string(), subject: z.string() })),
  },
  lists: ["commit"],
  uses: [git.listCommits],
  async run({ api, project }, { ref, path, ...page }) {
    const get = (part: Page) => api.call(git.listCommits, { project_id: project, ref, path, ...part });
    const { items, hasMore } = await bareArrayPage(get, page);
    return list({
      of: "commits",
      items: items.map((commit) => ({
        sha: commit.sha,
        committed_at: commit.committed_at,
        author: user(commit.author_name),
        subject: user(commit.message),
      })),
      offset: page.offset,
      hasMore,
      next: (next) => `list_commits with offset=${next}`,
      empty:
        path === undefined
          ? "The repository is empty."
          : "No commit of this ref touches that path; list_files shows what exists.",
    });
  },
});
