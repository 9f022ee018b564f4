import type { projects, ResponseOf } from "@platform-mcp/client/contract";
import type { ActiveProject } from "./queries.ts";

/** A project as the API shows it. */
export function projectView({ owner_name, ...project }: ActiveProject): ResponseOf<typeof projects.getProject> {
  return { ...project, git_path: `/${encodeURIComponent(owner_name)}/${encodeURIComponent(project.name)}.git` };
}
