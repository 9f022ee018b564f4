import { randomBytes } from "node:crypto";
import { ClientError, type PlatformClient } from "@platform-mcp/client";
import { confirm, type Person } from "../confirm/confirm.ts";
import { OpenQuestion, type OpenQuestions } from "../confirm/open-questions.ts";
import { questionAbout } from "../confirm/question.ts";
import type { ToolResult } from "../result/part.ts";
import { render } from "../result/render.ts";
import type { ToolSpans } from "../tracing/tool-spans.ts";
import type { OfferedTool } from "./catalogue.ts";
import { errorText } from "./error-text.ts";
import { explained } from "./missing-endpoint.ts";
import type { ToolOptions } from "./options.ts";
import { allProjects, type ProjectScope } from "./project-scope.ts";
import type { Api, Tool, ToolContext } from "./tool.ts";

/** What a tool's call answers to the host: text, or structured content, and never both. */
export interface CallResult {
  // The SDK's result types carry an index signature.
  readonly [key: string]: unknown;
  readonly content: { type: "text"; text: string }[];
  readonly structuredContent?: Record<string, unknown>;
  readonly isError?: true;
}

/** What calls share: made once a server. */
export interface CallEnvironment {
  readonly tools: ReadonlyMap<string, OfferedTool>;
  readonly client: () => PlatformClient;
  readonly scope: ProjectScope;
  readonly options: ToolOptions;
  readonly settings?: ReadonlyMap<string, string>;
  /** What persons were asked and have not answered. */
  readonly questions: OpenQuestions;
  /** Where calls are traced; undefined for nowhere. */
  readonly spans?: ToolSpans;
}

/** What belongs to one call. */
export interface CallRequest {
  readonly args: unknown;
  readonly signal: AbortSignal;
  readonly traceparent?: string | undefined;
  readonly progress: (message: string, done: number, total?: number) => void;
  readonly person: Person;
}

/**
 * Runs a tool, or gives the question that a person has to answer first. Whatever goes wrong becomes text here, and
 * nowhere else.
 */
export async function callTool(
  offered: OfferedTool,
  request: CallRequest,
  environment: CallEnvironment,
): Promise<CallResult | OpenQuestion> {
  const span = environment.spans?.begin(offered.tool.name, request.traceparent);
  const traceparent = span?.traceparent ?? request.traceparent;
  const answer = await answerTo(offered, { ...request, traceparent }, environment);
  span?.end("isError" in answer);
  return answer;
}

async function answerTo(
  offered: OfferedTool,
  request: CallRequest,
  environment: CallEnvironment,
): Promise<CallResult | OpenQuestion> {
  const { options, tools, scope } = environment;
  const api = apiOf(request, environment);
  try {
    const result = await run(offered, request, api, environment);
    if (result instanceof OpenQuestion) return result;
    const nonce = randomBytes(4).toString("hex");
    const rendered = render(result, { mode: options.output, tokens: options.resultTokens, nonce });
    if (rendered.text !== undefined) return { content: [{ type: "text", text: rendered.text }] };
    // No text beside it: hosts show a model one of the two, and programs read this one.
    return { content: [], structuredContent: rendered.data };
  } catch (error) {
    if (request.signal.aborted && !(error instanceof ClientError)) return cancelled(offered.tool);
    return {
      content: [
        {
          type: "text",
          text: errorText(
            await explained(error, api),
            offered.tool,
            Array.from(tools.values(), ({ tool }) => tool),
            offered.tool.scope === "any project" && scope.isOfAll(request.args),
          ),
        },
      ],
      isError: true,
    };
  }
}

/** Nobody waits for it any more; it is no defect, whatever the tool was doing. */
function cancelled({ name }: Tool): CallResult {
  return { content: [{ type: "text", text: `${name} was cancelled.` }], isError: true };
}

function apiOf({ signal, traceparent }: CallRequest, { client }: CallEnvironment): Api {
  return {
    call: (endpoint, args, options) =>
      client().call(endpoint, args, {
        signal: options?.signal === undefined ? signal : AbortSignal.any([signal, options.signal]),
        ...(traceparent === undefined ? {} : { traceparent }),
      }),
  };
}

async function run(
  { tool, check }: OfferedTool,
  { args, signal, progress, person }: CallRequest,
  api: Api,
  { scope, settings, options, questions }: CallEnvironment,
): Promise<ToolResult | OpenQuestion> {
  const checked = check(args);
  const call = inScope(tool, checked, { api, signal, progress, setting: (name) => settings?.get(name) }, scope);
  if (options.confirm && tool.risk === "destructive") {
    const open = await confirm({ question: call.question, tool: tool.name, args: checked }, person, questions);
    if (open !== undefined) return open;
  }
  return await call.run();
}

/** A call of a tool with all that it gets. */
interface ReadyCall {
  run(): Promise<ToolResult>;
  /** What a person would have to agree to; undefined when nothing is destroyed. */
  readonly question: () => Promise<string | undefined>;
}

function inScope(tool: Tool, args: Record<string, unknown>, shared: ToolContext, scope: ProjectScope): ReadyCall {
  const plain = async () => questionAbout(tool, args);
  if (tool.scope === "platform") {
    const context = { ...shared, boundProject: scope.boundProject };
    return {
      run: () => tool.run(context, args),
      question: () => tool.confirmation?.(context, args) ?? plain(),
    };
  }
  const { project, rest } = scope.resolve(args);
  if (tool.scope === "any project") {
    const context = { ...shared, project: project === allProjects ? undefined : project };
    return {
      run: () => tool.run(context, rest),
      question: () => tool.confirmation?.(context, rest) ?? plain(),
    };
  }
  const context = { ...shared, project };
  return {
    run: () => tool.run(context, rest),
    question: () => tool.confirmation?.(context, rest) ?? plain(),
  };
}
