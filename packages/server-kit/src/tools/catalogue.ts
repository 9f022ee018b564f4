import type { Permission } from "@platform-mcp/client";
import { permissions } from "@platform-mcp/client";
import { annotationsOf } from "./annotations.ts";
import { type ArgumentCheck, argumentCheck } from "./check-arguments.ts";
import { type JsonSchema, leanSchema, outputSchema } from "./lean-schema.ts";
import type { ToolOptions } from "./options.ts";
import type { ProjectScope } from "./project-scope.ts";
import type { Tool } from "./tool.ts";

/** A tool as a host sees it in `tools/list`. */
export interface ToolDefinition {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly inputSchema: JsonSchema & { readonly type: "object" };
  readonly outputSchema?: JsonSchema & { readonly type: "object" };
  readonly annotations: ReturnType<typeof annotationsOf>;
}

/** A tool that this server offers. */
export interface OfferedTool {
  readonly tool: Tool;
  readonly definition: ToolDefinition;
  readonly check: ArgumentCheck;
}

/** The tools that a server offers under its operator's options, by name. A tool that is left out does not exist. */
export function catalogue(
  tools: readonly Tool[],
  options: ToolOptions,
  scope: ProjectScope,
): ReadonlyMap<string, OfferedTool> {
  return new Map(
    tools.filter((tool) => isOffered(tool, options)).map((tool) => [tool.name, offer(tool, options, scope)]),
  );
}

function isOffered({ name, risk }: Tool, { readOnly, allow, deny }: ToolOptions): boolean {
  if (readOnly && risk !== "read") return false;
  return !deny.has(name) && (allow === undefined || allow.has(name));
}

function offer(tool: Tool, { output }: ToolOptions, scope: ProjectScope): OfferedTool {
  const input = scope.inputOf(tool);
  return {
    tool,
    check: argumentCheck(input),
    definition: {
      name: tool.name,
      title: tool.title,
      description: tool.description,
      inputSchema: leanSchema(input),
      ...(output === "structured" ? { outputSchema: outputSchema(tool.output) } : {}),
      annotations: annotationsOf(tool),
    },
  };
}

/** The permissions that a tool needs for the endpoints it uses. */
export function permissionsOf({ uses, needs = [] }: Tool): Permission[] {
  const needed = new Set<string>([...uses.map((endpoint) => endpoint.permission), ...needs]);
  return permissions.filter((permission) => needed.has(permission));
}
