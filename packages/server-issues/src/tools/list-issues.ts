import { auth, issues } from "@platform-mcp/client";
import { defineTool, filteredHere, filteredPage, limit, list, note, offset } from "@platform-mcp/server-kit";
import * as z from "zod";
import { labels, person, search } from "../arguments.ts";
import { issueOutput, issueRow } from "../issue.ts";
import { isPerson, type Person, personOf } from "../people.ts";

export const listIssues = defineTool({
  name: "list_issues",
  title: "List issues",
  description: "List issues, newest first. People are given by name, id or `me`.",
  risk: "read",
  input: {
    status: z.enum(["open", "closed"]).optional(),
    labels: labels.optional().describe("All of them"),
    assignee: person,
    author: person,
    search: search.describe("In title or body"),
    limit,
    offset,
  },
  output: { issues: z.array(z.object(issueOutput)), total_issues: z.int() },
  lists: ["issue"],
  uses: [issues.listIssues, auth.getMe],
  async run({ api, project }, { status, labels, assignee, author, search, ...page }) {
    const [assigned, wrote] = await Promise.all([personOf(api, assignee), personOf(api, author)]);
    const { items, lookedThrough, ...counts } = await filteredPage({
      page,
      get: (part) =>
        api.call(issues.listIssues, {
          project_id: project,
          status,
          labels: inQuery(labels),
          assignee_id: assigned?.id,
          assignee: assigned?.name,
          author_id: wrote?.id,
          author: wrote?.name,
          search,
          ...part,
        }),
      matches: (issue) => passes(issue, { labels, assigned, wrote, search }),
    });
    const found = list({
      of: "issues",
      items: items.map(issueRow),
      offset: page.offset,
      ...counts,
      next: (next) => `list_issues with the same filters and offset=${next}`,
      empty: "Without filters it lists every issue.",
    });
    return lookedThrough === undefined ? found : [note(filteredHere(lookedThrough)), found];
  },
});

/** Labels as a query takes them: one that holds a comma it cannot, and is looked for here. */
function inQuery(labels: readonly string[] = []): string | undefined {
  return labels.filter((label) => !label.includes(",")).join(",") || undefined;
}

interface Filters {
  readonly labels: readonly string[] | undefined;
  readonly assigned: Person | undefined;
  readonly wrote: Person | undefined;
  readonly search: string | undefined;
}

function passes(issue: Partial<issues.Issue>, { labels = [], assigned, wrote, search }: Filters): boolean {
  const text = `${issue.title}\n${issue.body ?? ""}`.toLowerCase();
  return (
    labels.every((label) => issue.labels?.includes(label.trim())) &&
    (assigned === undefined || isPerson(assigned, { id: issue.assignee_id, name: issue.assignee_name })) &&
    (wrote === undefined || isPerson(wrote, { id: issue.author_id, name: issue.author_name })) &&
    (search === undefined || text.includes(search.toLowerCase()))
  );
}
