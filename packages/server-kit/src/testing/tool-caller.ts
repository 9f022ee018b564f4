import { createClient, fixedToken } from "@platform-mcp/client";
import { type CallResult, callTool } from "../tools/call-tool.ts";
import { catalogue } from "../tools/catalogue.ts";
import type { ToolOptions } from "../tools/options.ts";
import { projectScope } from "../tools/project-scope.ts";
import type { Tool } from "../tools/tool.ts";
import { defaultOptions } from "./tools.ts";

export interface CallerOptions {
  /** Where the platform is, or what stands for it. */
  readonly url: string;
  readonly project: string;
  readonly options?: Partial<ToolOptions>;
  readonly settings?: Readonly<Record<string, string>>;
}

/** A tool's answer as its host gets it. */
export interface CallAnswer {
  readonly text: string;
  readonly data: CallResult["structuredContent"];
  readonly isError: boolean;
  /** What was reported while it ran. */
  readonly progress: readonly string[];
}

/** Calls tools as a server does, without its process. */
export interface ToolCaller extends AsyncDisposable {
  call(name: string, args?: object, signal?: AbortSignal): Promise<CallAnswer>;
}

export function toolCaller(
  tools: readonly Tool[],
  { url, project, options, settings = {} }: CallerOptions,
): ToolCaller {
  const client = createClient({
    config: { apiUrl: new URL(url), token: fixedToken("token", "the test"), projectId: project, sessionId: undefined },
    product: "test/1",
  });
  const toolOptions = { ...defaultOptions, ...options };
  const scope = projectScope(project, toolOptions);
  const offered = catalogue(tools, toolOptions, scope);
  const environment = {
    tools: offered,
    client: () => client,
    scope,
    options: toolOptions,
    settings: new Map(Object.entries(settings)),
  };
  return {
    async call(name, args = {}, signal = new AbortController().signal) {
      const tool = offered.get(name);
      if (tool === undefined) throw new Error(`no tool ${name}`);
      const progress: string[] = [];
      const request = { args, signal, progress: (message: string) => progress.push(message) };
      const { content, structuredContent, isError } = await callTool(tool, request, environment);
      return {
        text: content.map(({ text }) => text).join("\n"),
        data: structuredContent,
        isError: isError === true,
        progress,
      };
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}
