import { projects } from "@platform-mcp/client";
import { definePlatformTool, limit, list, offset } from "@platform-mcp/server-kit";
import * as z from "zod";
import { projectOutput, projectRow } from "../project.ts";

export const listProjects = definePlatformTool({
  name: "list_projects",
  title: "List projects",
  description: "List the projects this session may read, newest first.",
  risk: "read",
  input: {
    search: z.string().max(255).optional().describe("Part of the name"),
    limit,
    offset,
  },
  output: { projects: z.array(z.object(projectOutput)), total_projects: z.int() },
  lists: ["project"],
  uses: [projects.listProjects, projects.getProject],
  async run({ api, boundProject }, { search, ...page }) {
    if (boundProject !== undefined) {
      const project = await api.call(projects.getProject, { project_id: boundProject });
      const matches = search === undefined || project.name.toLowerCase().includes(search.toLowerCase());
      return listOf({ items: matches ? [project] : [], total: matches ? 1 : 0 }, 0);
    }
    return listOf(await api.call(projects.listProjects, { ...page, search }), page.offset);
  },
});

type Page = { readonly items: readonly Parameters<typeof projectRow>[0][]; readonly total: number };

function listOf({ items, total }: Page, from: number) {
  return list({
    of: "projects",
    items: items.map(projectRow),
    offset: from,
    total,
    next: (next) => `list_projects with offset=${next}`,
    empty: "Without search it lists every project this session may read.",
  });
}
