import * as z from "zod";
import { ArgumentError } from "./argument-error.ts";
import type { ToolOptions } from "./options.ts";
import type { Tool } from "./tool.ts";

const projectId = z.uuid().describe("Project");

/** Which project a server's calls work on: bound to one, free to choose, or bound with the right to name another. */
export interface ProjectScope {
  /** The arguments that a tool shows, the project's among them where a call may name it. */
  inputOf(tool: Tool): z.ZodRawShape;
  /** Takes the project out of a call's checked arguments. */
  resolve(args: Record<string, unknown>): { readonly project: string; readonly rest: Record<string, unknown> };
  /** The project of a call that names none. */
  readonly project: string | undefined;
  /** The project of a bound server whose calls cannot leave it. */
  readonly boundProject: string | undefined;
}

export function projectScope(project: string | undefined, { crossProject }: ToolOptions): ProjectScope {
  const argument = project === undefined ? projectId : crossProject ? projectId.optional() : undefined;
  return {
    project,
    boundProject: crossProject ? undefined : project,
    inputOf: (tool) =>
      tool.scope === "platform" || argument === undefined ? tool.input : { project_id: argument, ...tool.input },
    resolve({ project_id: named, ...rest }) {
      const chosen = typeof named === "string" ? named : project;
      if (chosen === undefined) throw new ArgumentError("project_id is required");
      return { project: chosen, rest };
    },
  };
}
