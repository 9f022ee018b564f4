import { projects } from "@platform-mcp/client";
import { defineTool } from "@platform-mcp/server-kit";
import * as z from "zod";
import { describeProject, projectOutput } from "../project.ts";

export const getProject = defineTool({
  name: "get_project",
  title: "Get project",
  description: "Get the project: name, description, visibility, default branch, agent image.",
  risk: "read",
  input: {},
  output: { ...projectOutput, agent_image: z.string().nullable(), owner_id: z.string(), updated_at: z.string() },
  uses: [projects.getProject],
  async run({ api, project }) {
    return describeProject(await api.call(projects.getProject, { project_id: project }));
  },
});
