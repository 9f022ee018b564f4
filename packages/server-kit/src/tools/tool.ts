import type { CallArgs, Endpoint, Permission, ResponseOf } from "@platform-mcp/client";
import type * as z from "zod";
import type { ToolResult } from "../result/part.ts";

/**
 * What a tool does to the platform.
 * - `read`: changes nothing; hosts may run several at once.
 * - `write`: adds or changes, and can be corrected by another call.
 * - `destructive`: removes, overwrites, grants, or changes what is live.
 *
 * Where it depends on the arguments it is the worst of what they may do: hosts are told before they know them. What
 * a call does with its own, `confirmation` decides.
 */
export type Risk = "read" | "write" | "destructive";

/** The platform's API as a tool sees it: cancellation and tracing are already bound to the call. */
export interface Api {
  call<E extends Endpoint>(endpoint: E, args: CallArgs<E>, options?: ApiOptions): Promise<ResponseOf<E>>;
}

export interface ApiOptions {
  /** Ends this one call and the reading of its answer, as the end of the tool's call does. */
  readonly signal?: AbortSignal;
}

/** What every tool gets. */
export interface ToolContext {
  readonly api: Api;
  /** Aborted when the host cancels the call or the server ends. */
  readonly signal: AbortSignal;
  /** Tells the host how far a long call is; hosts that did not ask are not told. */
  progress(message: string, done: number, total?: number): void;
  /** What the operator has set a variable to, of those that the server's definition names. */
  setting(name: string): string | undefined;
}

/** What a tool of one project gets: the project is injected, never chosen by the tool. */
export interface ProjectToolContext extends ToolContext {
  readonly project: string;
}

/** What a tool gets that works on a project, or on all of them. */
export interface AnyProjectToolContext extends ToolContext {
  /** Undefined when the call is about everything on the platform that this session may see. */
  readonly project: string | undefined;
}

/** What a tool of the whole platform gets. */
export interface PlatformToolContext extends ToolContext {
  /** The one project that this server is bound to, if it is bound. */
  readonly boundProject: string | undefined;
}

interface ToolBase<Input extends z.ZodRawShape> {
  /** Unique over all servers, in snake_case. */
  readonly name: string;
  readonly title: string;
  /** What the model reads: under 600 bytes, the key fact first. */
  readonly description: string;
  readonly risk: Risk;
  /** True for a write that has no further effect when it is repeated with the same arguments. */
  readonly idempotent?: boolean;
  /** Arguments besides the project. */
  readonly input: Input;
  /** The shape of the structured result. */
  readonly output: z.ZodRawShape;
  /** The nouns of the platform's 404s, such as `branch`, whose existing objects this tool shows. */
  readonly lists?: readonly string[];
  /** Every endpoint that `run` may call: the tool's permissions and documentation come from them. */
  readonly uses: readonly Endpoint[];
  /** What it needs on the whole platform besides, where an endpoint that everybody may call is used for others. */
  readonly needs?: readonly Permission[];
}

type Arguments<Input extends z.ZodRawShape> = z.output<z.ZodObject<Input>>;

export interface ProjectTool<Input extends z.ZodRawShape = z.ZodRawShape> extends ToolBase<Input> {
  readonly scope: "project";
  /**
   * What will change, as a question to the person who is asked before a destructive call where the operator wants that;
   * undefined for arguments with which nothing is destroyed. A tool without it has the call itself shown to them.
   */
  confirmation?(context: ProjectToolContext, args: Arguments<Input>): Promise<string | undefined>;
  run(context: ProjectToolContext, args: Arguments<Input>): Promise<ToolResult>;
}

export interface PlatformTool<Input extends z.ZodRawShape = z.ZodRawShape> extends ToolBase<Input> {
  readonly scope: "platform";
  /** As that of a project's tool. */
  confirmation?(context: PlatformToolContext, args: Arguments<Input>): Promise<string | undefined>;
  run(context: PlatformToolContext, args: Arguments<Input>): Promise<ToolResult>;
}

export interface AnyProjectTool<Input extends z.ZodRawShape = z.ZodRawShape> extends ToolBase<Input> {
  readonly scope: "any project";
  /** As that of a project's tool. */
  confirmation?(context: AnyProjectToolContext, args: Arguments<Input>): Promise<string | undefined>;
  run(context: AnyProjectToolContext, args: Arguments<Input>): Promise<ToolResult>;
}

/** A tool of any input, as lists of tools hold it. Its `run` gets only arguments that its own `input` has parsed. */
export type Tool = ProjectTool | PlatformTool | AnyProjectTool;

/** Defines a tool that works on the session's project. */
export function defineTool<const Input extends z.ZodRawShape>(tool: Omit<ProjectTool<Input>, "scope">): Tool {
  return { ...tool, scope: "project" };
}

/** Defines a tool that works on the platform as a whole. */
export function definePlatformTool<const Input extends z.ZodRawShape>(tool: Omit<PlatformTool<Input>, "scope">): Tool {
  return { ...tool, scope: "platform" };
}

/** Defines a tool that works on the session's project, or on all projects where a call may and does say so. */
export function defineAnyProjectTool<const Input extends z.ZodRawShape>(
  tool: Omit<AnyProjectTool<Input>, "scope">,
): Tool {
  return { ...tool, scope: "any project" };
}
