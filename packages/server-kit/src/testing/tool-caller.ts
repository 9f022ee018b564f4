import { createClient, fixedToken, type PlatformClient } from "@platform-mcp/client";
import type { Person } from "../confirm/confirm.ts";
import { OpenQuestion, OpenQuestions } from "../confirm/open-questions.ts";
import { type CallResult, callTool } from "../tools/call-tool.ts";
import { catalogue } from "../tools/catalogue.ts";
import type { ToolOptions } from "../tools/options.ts";
import { projectScope } from "../tools/project-scope.ts";
import type { Tool } from "../tools/tool.ts";
import type { ToolSpans } from "../tracing/tool-spans.ts";
import { heldToSchema } from "./held-to-schema.ts";
import { defaultOptions } from "./tools.ts";

export interface CallerOptions {
  /** Where the platform is, or what stands for it. */
  readonly url: string;
  readonly project: string;
  readonly options?: Partial<ToolOptions>;
  readonly settings?: Readonly<Record<string, string>>;
  /** Traces the calls; made with the caller's own client. */
  readonly spans?: (client: PlatformClient) => ToolSpans;
  /** What the person says to a question, where one is asked; they agree by default. */
  readonly reply?: (question: string) => Reply | Promise<Reply>;
}

type Reply = NonNullable<Person["answer"]>["action"];

/** A tool's answer as its host gets it. */
export interface CallAnswer {
  readonly text: string;
  readonly data: CallResult["structuredContent"];
  readonly isError: boolean;
  /** What was reported while it ran. */
  readonly progress: readonly string[];
  /** What a person was asked before it ran. */
  readonly asked: readonly string[];
}

/** Calls tools as a server does, without its process. A call throws when its answer as data is not what the tool announces. */
export interface ToolCaller extends AsyncDisposable {
  call(name: string, args?: object, signal?: AbortSignal): Promise<CallAnswer>;
}

export function toolCaller(
  tools: readonly Tool[],
  { url, project, options, settings = {}, spans, reply = () => "accept" }: CallerOptions,
): ToolCaller {
  const client = createClient({
    config: { apiUrl: new URL(url), token: fixedToken("token", "the test"), projectId: project, sessionId: undefined },
    product: "test/1",
  });
  const toolOptions = { ...defaultOptions, ...options };
  const scope = projectScope(project, toolOptions);
  const misfits: string[] = [];
  const held = tools.map((tool) => heldToSchema(tool, (misfit) => misfits.push(misfit)));
  const offered = catalogue(held, toolOptions, scope);
  const environment = {
    tools: offered,
    client: () => client,
    scope,
    options: toolOptions,
    settings: new Map(Object.entries(settings)),
    questions: new OpenQuestions(),
    ...(spans && { spans: spans(client) }),
  };
  return {
    async call(name, args = {}, signal = new AbortController().signal) {
      const tool = offered.get(name);
      if (tool === undefined) throw new Error(`no tool ${name}`);
      const progress: string[] = [];
      const asked: string[] = [];
      const request = { args, signal, progress: (message: string) => progress.push(message) };
      let person: Person = { canBeAsked: true };
      let answer = await callTool(tool, { ...request, person }, environment);
      while (answer instanceof OpenQuestion) {
        asked.push(answer.text);
        person = { canBeAsked: true, answer: { action: await reply(answer.text), state: answer.state } };
        answer = await callTool(tool, { ...request, person }, environment);
      }
      const [misfit] = misfits;
      if (misfit !== undefined) throw new Error(misfit);
      const { content, structuredContent, isError } = answer;
      return {
        text: content.map(({ text }) => text).join("\n"),
        data: structuredContent,
        isError: isError === true,
        progress,
        asked,
      };
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}
