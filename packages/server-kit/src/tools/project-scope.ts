import * as z from "zod";
import { ArgumentError } from "./argument-error.ts";
import type { ToolOptions } from "./options.ts";
import type { Tool } from "./tool.ts";

const projectId = z.uuid().describe("Project");

/** What a call names in place of a project that is about all of them. */
export const allProjects = "all";
const anyProjectId = z
  .string()
  .refine(
    (text) => text === allProjects || z.uuid().safeParse(text).success,
    `must be a project's id, or ${allProjects}`,
  )
  .describe(`Project, or ${allProjects}`);

const naming = z.object({ project_id: z.literal(allProjects) });

/** Which project a server's calls work on: bound to one, free to choose, or bound with the right to name another. */
export interface ProjectScope {
  /** The arguments that a tool shows, the project's among them where a call may name it. */
  inputOf(tool: Tool): z.ZodRawShape;
  /** Takes the project out of a call's checked arguments, or `allProjects`. */
  resolve(args: Record<string, unknown>): { readonly project: string; readonly rest: Record<string, unknown> };
  /** Whether a call, of which nothing has been checked yet, is about all projects. */
  isOfAll(args: unknown): boolean;
  /** The project of a call that names none. */
  readonly project: string | undefined;
  /** The project of a bound server whose calls cannot leave it. */
  readonly boundProject: string | undefined;
}

export function projectScope(project: string | undefined, { crossProject }: ToolOptions): ProjectScope {
  const argumentOf = ({ scope }: Tool) => {
    if (scope === "platform" || (project !== undefined && !crossProject)) return undefined;
    const named = scope === "project" ? projectId : anyProjectId;
    return project === undefined ? named : named.optional();
  };
  return {
    project,
    boundProject: crossProject ? undefined : project,
    inputOf(tool) {
      const argument = argumentOf(tool);
      return argument === undefined ? tool.input : { project_id: argument, ...tool.input };
    },
    isOfAll: (args) => naming.safeParse(args).success,
    resolve({ project_id: named, ...rest }) {
      const chosen = typeof named === "string" ? named : project;
      if (chosen === undefined) throw new ArgumentError("project_id is required");
      return { project: chosen, rest };
    },
  };
}
