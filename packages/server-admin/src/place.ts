import { projects } from "@platform-mcp/client";
import type { Api } from "@platform-mcp/server-kit";
import { brief } from "./brief.ts";

/** What stands for every project, as the argument `project_id` does. */
export const everywhere = "all";

/** The project that something counts on, as answers show it. */
export function placeOf(project: string | null | undefined): string {
  return project ?? everywhere;
}

/** The same as words of a question: by the project's name for who may see it, which is nothing that the tool needs. */
export async function placeInWords(api: Api, project: string | null | undefined): Promise<string> {
  if (project === null || project === undefined) return "everywhere";
  const name = await api.call(projects.getProject, { project_id: project }).then(
    (found) => brief(found.name),
    () => project,
  );
  return `on project ${name}`;
}
