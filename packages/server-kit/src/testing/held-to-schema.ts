import * as z from "zod";
import type { ToolResult } from "../result/part.ts";
import { added } from "../tools/lean-schema.ts";
import type { AnyProjectTool, PlatformTool, ProjectTool, Tool } from "../tools/tool.ts";
import { renderData } from "./render-text.ts";

/** The tool, whose every result goes to `onMisfit` that as data is not what the tool announces. */
export function heldToSchema(tool: Tool, onMisfit: (misfit: string) => void): Tool {
  let schema: z.ZodType | undefined;
  const held = async (running: Promise<ToolResult>) => {
    const result = await running;
    // Most tests call few of the tools that they are given.
    schema ??= strictSchema(tool.output);
    const { error } = schema.safeParse(renderData(result));
    if (error !== undefined) onMisfit(`${tool.name} does not announce what it answers: ${z.prettifyError(error)}`);
    return result;
  };
  switch (tool.scope) {
    case "project":
      return { ...tool, run: (context, args) => held(tool.run(context, args)) } satisfies ProjectTool;
    case "platform":
      return { ...tool, run: (context, args) => held(tool.run(context, args)) } satisfies PlatformTool;
    case "any project":
      return { ...tool, run: (context, args) => held(tool.run(context, args)) } satisfies AnyProjectTool;
  }
}

/** As hosts get it, nothing is required, but at any depth there is nothing that is not announced. */
function strictSchema(output: z.ZodRawShape): z.ZodType {
  const schema = JSON.stringify(z.toJSONSchema(z.object({ ...output, ...added }), { io: "output" }));
  const isRequirement = (key: string, value: unknown) => key === "required" && Array.isArray(value);
  return z.fromJSONSchema(JSON.parse(schema, (key, value) => (isRequirement(key, value) ? undefined : value)));
}
