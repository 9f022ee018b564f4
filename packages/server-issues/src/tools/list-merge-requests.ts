import { auth, mergeRequests } from "@platform-mcp/client";
import { defineTool, filteredHere, filteredPage, limit, list, note, offset } from "@platform-mcp/server-kit";
import * as z from "zod";
import { branch, person, search } from "../arguments.ts";
import { mergeRequestOutput, mergeRequestRow } from "../merge-request.ts";
import { isPerson, type Person, personOf } from "../people.ts";

export const listMergeRequests = defineTool({
  name: "list_merge_requests",
  title: "List merge requests",
  description: "List merge requests, newest first.",
  risk: "read",
  input: {
    status: z.enum(["open", "merged", "closed"]).optional(),
    author: person.describe("Name, id or me"),
    source_branch: branch.optional(),
    target_branch: branch.optional(),
    search: search.describe("In title or body"),
    limit,
    offset,
  },
  output: { merge_requests: z.array(z.object(mergeRequestOutput)), total_merge_requests: z.int() },
  lists: ["merge request"],
  uses: [mergeRequests.listMergeRequests, auth.getMe],
  async run({ api, project }, { status, author, source_branch, target_branch, search, ...page }) {
    const wrote = await personOf(api, author);
    const { items, lookedThrough, ...counts } = await filteredPage({
      page,
      get: (part) =>
        api.call(mergeRequests.listMergeRequests, {
          project_id: project,
          status,
          author_id: wrote?.id,
          author: wrote?.name,
          source_branch,
          target_branch,
          search,
          ...part,
        }),
      matches: (request) => passes(request, { wrote, source_branch, target_branch, search }),
    });
    const found = list({
      of: "merge_requests",
      items: items.map(mergeRequestRow),
      offset: page.offset,
      ...counts,
      next: (next) => `list_merge_requests with the same filters and offset=${next}`,
      empty: "Without filters it lists every merge request.",
    });
    return lookedThrough === undefined ? found : [note(filteredHere(lookedThrough)), found];
  },
});

interface Filters {
  readonly wrote: Person | undefined;
  readonly source_branch: string | undefined;
  readonly target_branch: string | undefined;
  readonly search: string | undefined;
}

function passes(
  request: Partial<mergeRequests.MergeRequest>,
  { wrote, source_branch, target_branch, search }: Filters,
): boolean {
  const text = `${request.title}\n${request.body ?? ""}`.toLowerCase();
  return (
    (wrote === undefined || isPerson(wrote, { id: request.author_id, name: request.author_name })) &&
    (source_branch === undefined || source_branch === request.source_branch) &&
    (target_branch === undefined || target_branch === request.target_branch) &&
    (search === undefined || text.includes(search.toLowerCase()))
  );
}
