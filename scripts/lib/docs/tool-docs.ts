import * as z from "zod";

/** What `--list-tools --json` of a server says, as far as the documents tell it. */
export const listedTools = z.object({
  tools: z.array(
    z.object({
      name: z.string(),
      title: z.string(),
      description: z.string(),
      inputSchema: z.looseObject({
        properties: z.record(z.string(), z.record(z.string(), z.unknown())),
        required: z.array(z.string()).default([]),
      }),
      annotations: z.record(z.string(), z.boolean()),
      risk: z.string(),
      permissions: z.array(z.string()),
    }),
  ),
});

/** What only the source of a server says: why it is there, and the endpoints that its tools call. */
export const serverRecord = z.object({
  name: z.string(),
  summary: z.string(),
  instructions: z.string(),
  tools: z.array(
    z.object({
      name: z.string(),
      scope: z.enum(["project", "platform", "any project"]),
      uses: z.array(z.object({ method: z.string(), path: z.string() })),
    }),
  ),
});

type ListedTool = z.output<typeof listedTools>["tools"][number];
type RecordedTool = z.output<typeof serverRecord>["tools"][number];

/** A tool as the reference describes it. */
export interface ToolDoc extends ListedTool, Pick<RecordedTool, "scope" | "uses"> {
  /** What its definition costs the model. */
  readonly tokens: number;
}

/** A server as the reference describes it. */
export interface ServerDoc {
  readonly name: string;
  readonly summary: string;
  /** What the model is told of it. */
  readonly instructions: string;
  readonly tools: readonly ToolDoc[];
}

/** What a role loads of one server. */
export interface RoleShare {
  readonly tools: number;
  readonly tokens: number;
}

/** An agent role as the reference describes it. */
export interface RoleDoc {
  readonly name: string;
  /** Each of its servers by domain; undefined for those that do not exist yet. */
  readonly servers: ReadonlyMap<string, RoleShare | undefined>;
  /** Variables that the role sets where the environment does not. */
  readonly defaults: Readonly<Record<string, string>>;
}

/** Everything that the tool reference tells. */
export interface ToolReference {
  /** All domains, those without a server too. */
  readonly domains: readonly string[];
  readonly roles: readonly RoleDoc[];
  readonly servers: readonly ServerDoc[];
}
