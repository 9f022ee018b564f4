import { Agent, request } from "undici";
import type { Benchmark, Sample } from "../lib/benchmark.ts";
import { listTools } from "../lib/mcp-messages.ts";
import { McpServer, serverBundle } from "../lib/mcp-server.ts";
import { type PlatformWithProject, startPlatformWithProject } from "../lib/platform-with-project.ts";
import { file } from "../lib/repository.ts";

/** What stands between an agent and the platform's answer, against the same request made by the HTTP library alone. */
export const getProject = toolCall({
  name: "call-get-project",
  what: "get_project",
  tool: "get_project",
  args: {},
  path: "",
});

export const readFile = toolCall({
  name: "call-read-file",
  what: "read_file of a 20 KB file",
  tool: "read_file",
  args: { path: file.path },
  path: `/blob?path=${encodeURIComponent(file.path)}`,
});

interface ToolCall {
  readonly name: string;
  readonly what: string;
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** The request that the tool makes, below the project's path. */
  readonly path: string;
}

function toolCall({ name, what, tool, args, path }: ToolCall): Benchmark {
  return {
    name,
    summary: `One call of ${what} over stdio, to the result; against the request that it makes, by undici in the measuring process and parsed. One after the other, on one connection each, to the same platform in a process of its own.`,
    runs: 500,
    warmUp: 100,
    async prepare() {
      const bundle = await serverBundle("platform-core");
      const platform = await startPlatformWithProject();
      const core = new McpServer(bundle, platform.serverEnv);
      const agent = new Agent();
      await core.list(listTools);
      return {
        baseline: { name: "undici", run: () => timed(() => plainRequest(platform, path, agent)) },
        contenders: [{ name: "platform-core", run: () => timed(() => core.call(tool, args)) }],
        async [Symbol.asyncDispose]() {
          await agent.close();
          await core[Symbol.asyncDispose]();
          await platform[Symbol.asyncDispose]();
        },
      };
    },
  };
}

async function plainRequest({ url, project, token }: PlatformWithProject, path: string, agent: Agent): Promise<void> {
  const headers = { authorization: `Bearer ${token}` };
  const { statusCode, body } = await request(`${url}/api/projects/${project}${path}`, { dispatcher: agent, headers });
  const answer = await body.json();
  if (statusCode !== 200) throw new Error(`the platform answered ${JSON.stringify(answer)}`);
}

async function timed(work: () => Promise<void>): Promise<Sample> {
  const start = performance.now();
  await work();
  return { ms: performance.now() - start };
}
