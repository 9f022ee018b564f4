import { serverBundle } from "../../lib/bundles.ts";
import { startTestPlatform, type TestPlatform, type TestProject } from "../../lib/platform.ts";
import { StdioServer } from "../../lib/stdio-server.ts";
import { makeRepository } from "./repository.ts";

/** A real platform with two projects, and servers on it. */
export interface Contract extends AsyncDisposable {
  readonly platform: TestPlatform;
  /** The project that holds what `makeRepository` makes. */
  readonly project: TestProject;
  readonly other: TestProject;
  /** The bundle of platform-core. */
  readonly file: string;
  /** The environment of a session that may read everything, bound to the project. */
  readonly env: Readonly<Record<string, string>>;
  /** Starts platform-core on that environment with changes (undefined removes), in the era before 2026-07-28. */
  start(changes?: Readonly<Record<string, string | undefined>>): Promise<StdioServer>;
}

export async function openContract(): Promise<Contract> {
  await using repository = await makeRepository();
  const [platform, file] = await Promise.all([startTestPlatform(), serverBundle("platform-core")]);
  const project = await platform.importRepository(repository.path, "contract");
  const other = await platform.importRepository(repository.path, "other");
  const token = await platform.tokenFor({ scopes: ["project:read"] });
  const env = { PLATFORM_API_URL: platform.url, PLATFORM_API_TOKEN: token, PROJECT_ID: project.id };
  return {
    platform,
    project,
    other,
    file,
    env,
    async start(changes = {}) {
      const server = new StdioServer({ file, env: environment({ ...env, ...changes }) });
      await server.initialize();
      return server;
    },
    [Symbol.asyncDispose]: () => platform.close(),
  };
}

function environment(values: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** What a tool's call came back with. */
export interface CallOutcome {
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>> | undefined;
  readonly isError: boolean;
  /** The message of a protocol error, when the call was none. */
  readonly protocolError: string | undefined;
}

/** Calls a tool. */
export async function call(server: StdioServer, name: string, args: object = {}): Promise<CallOutcome> {
  const { result, error } = await server.request("tools/call", { name, arguments: args });
  const content = Array.isArray(result?.content) ? result.content : [];
  const data = result?.structuredContent;
  return {
    text: content.map((block) => block.text).join("\n"),
    data: typeof data === "object" && data !== null ? { ...data } : undefined,
    isError: result?.isError === true,
    protocolError: error === undefined ? undefined : `${error.code} ${error.message}`,
  };
}

/** The value of an argument in an answer's advice, such as 51 of `list_branches with offset=51`. */
export function advised(answer: string, argument: string): number | undefined {
  const value = new RegExp(`\\b${argument}=(\\d+)`).exec(answer.slice(answer.lastIndexOf("\n") + 1))?.[1];
  return value === undefined ? undefined : Number(value);
}

/** What stands in an answer's fence, line by line. */
export function fenced(answer: string): string[] {
  const body = /<untrusted (\w+)>\n([\s\S]*)\n<\/untrusted \1>/.exec(answer)?.[2];
  return body === undefined ? [] : body.split("\n");
}
