import { git, projects } from "@platform-mcp/client";
import * as z from "zod";
import { record } from "../result/record.ts";
import type { ToolOptions } from "../tools/options.ts";
import { defineAnyProjectTool, definePlatformTool, defineTool } from "../tools/tool.ts";

/** The options of an environment that sets none. */
export const defaultOptions: ToolOptions = {
  readOnly: false,
  allow: undefined,
  deny: new Set(),
  crossProject: false,
  confirm: false,
  output: "text",
  resultTokens: 8000,
};

/** A tool of one project that reads. */
export const getThing = defineTool({
  name: "get_thing",
  title: "Get thing",
  description: "Get a thing.",
  risk: "read",
  input: { name: z.string() },
  output: { name: z.string() },
  lists: ["thing"],
  uses: [git.getBlob],
  run: async ({ project }, { name }) => record({ project, name }),
});

/** A tool of one project that writes. */
export const renameThing = defineTool({
  name: "rename_thing",
  title: "Rename thing",
  description: "Rename a thing.",
  risk: "write",
  idempotent: true,
  input: { name: z.string() },
  output: { project: z.string(), name: z.string() },
  uses: [projects.updateProject],
  run: async ({ project }, { name }) => record({ project, name }),
});

/** A tool of the whole platform that destroys. */
export const deleteThings = definePlatformTool({
  name: "delete_things",
  title: "Delete things",
  description: "Delete all things.",
  risk: "destructive",
  input: {},
  output: { boundProject: z.string() },
  uses: [projects.createProject, projects.deleteProject],
  run: async ({ boundProject }) => record({ boundProject }),
});

/** A tool of one project or of all that reads. */
export const searchThings = defineAnyProjectTool({
  name: "search_things",
  title: "Search things",
  description: "Search things.",
  risk: "read",
  input: {},
  output: { project: z.string() },
  uses: [projects.listProjects],
  run: async ({ project }) => record({ project }),
});

export const tools = [getThing, renameThing, deleteThings];
