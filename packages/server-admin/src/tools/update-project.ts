import { projects } from "@platform-mcp/client";
import { type Api, ArgumentError, defineTool, named, note, record, user } from "@platform-mcp/server-kit";
import * as z from "zod";
import { description, displayName } from "../arguments.ts";
import { brief } from "../brief.ts";

const clearable = ["display_name", "description", "agent_image"] as const;
/** Who reads it, what agents run in, and what is protected and deployed. */
const asked = ["visibility", "agent_image", "default_branch"] as const;

export const updateProject = defineTool({
  name: "update_project",
  title: "Update project",
  description:
    "Change a project: what is not given stays; null clears. Visibility, default_branch and agent_image are not for agents to change.",
  risk: "destructive",
  idempotent: true,
  input: {
    display_name: displayName.nullable().optional(),
    description: description.nullable().optional(),
    visibility: z.enum(["private", "internal", "public"]).optional(),
    default_branch: z.string().min(1).max(255).optional(),
    agent_image: z.string().min(1).max(500).nullable().optional().describe("That its agents' sessions run in"),
  },
  output: {
    id: z.string(),
    name: z.string(),
    display_name: z.string().nullable(),
    description: z.string().nullable(),
    visibility: z.string(),
    default_branch: z.string(),
    agent_image: z.string().nullable(),
  },
  uses: [projects.getProject, projects.updateProject],
  async confirmation({ api, project }, changes) {
    return await question(api, project, changes);
  },
  async run({ api, project }, body) {
    if (Object.values(body).every((value) => value === undefined)) {
      throw new ArgumentError("give what is to change");
    }
    const changed = await api.call(projects.updateProject, { project_id: project, body });
    const kept = clearable.filter((field) => body[field] === null && changed[field] !== null);
    const { id, name, display_name, description, visibility, default_branch, agent_image } = changed;
    return [
      record({
        id,
        name: named(name),
        display_name: user(display_name),
        description: user(description),
        visibility,
        default_branch: named(default_branch),
        agent_image: named(agent_image),
      }),
      ...(kept.length === 0 ? [] : [note(`This platform cannot clear what was set: ${kept.join(", ")} stayed.`)]),
    ];
  },
});

async function question(
  api: Api,
  project_id: string,
  changes: Partial<Record<(typeof asked)[number], string | null | undefined>>,
): Promise<string | undefined> {
  const concerned = asked.filter((field) => changes[field] !== undefined);
  if (concerned.length === 0) return undefined;
  const now = await api.call(projects.getProject, { project_id });
  const shown = (value: string | null | undefined) => (value == null ? "the platform's default" : brief(value, 400));
  const words = concerned.map(
    (field) => `${field.replace("_", " ")} from ${shown(now[field])} to ${shown(changes[field])}`,
  );
  return `Change of project ${brief(now.name)} the ${words.join(", and the ")}?`;
}
