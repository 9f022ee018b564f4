import type { projects, ResponseOf } from "@platform-mcp/client";
import { named, type Part, record, user } from "@platform-mcp/server-kit";
import * as z from "zod";

type Project = ResponseOf<typeof projects.getProject>;

/** What lists show of a project. */
export const projectOutput = {
  id: z.string(),
  name: z.string(),
  display_name: z.string().nullable(),
  visibility: z.string(),
  default_branch: z.string(),
  description: z.string().nullable(),
};

/** A row of a list of projects. */
export function projectRow({ id, name, display_name, visibility, default_branch, description }: Project) {
  return {
    id,
    name: named(name),
    display_name: user(display_name),
    visibility,
    default_branch: named(default_branch),
    description: user(description),
  };
}

/** A project by itself. */
export function describeProject(project: Project): Part {
  return record({
    ...projectRow(project),
    agent_image: project.agent_image,
    owner_id: project.owner_id,
    updated_at: project.updated_at,
  });
}
