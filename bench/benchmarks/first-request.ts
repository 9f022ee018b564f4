import { startMessagesApi } from "@platform-mcp/e2e/messages-api";
import { AgentContainer } from "../lib/agent-container.ts";
import type { Benchmark, Sample } from "../lib/benchmark.ts";
import { Disposables } from "../lib/disposables.ts";
import { noRunnerImage, openRunnerImage } from "../lib/runner-image.ts";

/** How long it takes until an agent begins to think. */
export const firstRequest: Benchmark = {
  name: "first-request",
  summary:
    "In a container of the runner's image, from the start of a command to its first request to the Messages API: `claude --print` alone, which has no server; Claude Code with the servers of role dev; and the runner, which also looks after the clone and the work, without servers and with those of role dev.",
  runs: 15,
  warmUp: 2,
  unavailable: noRunnerImage,
  prepare: () =>
    Disposables.open(async (opened) => {
      let asked = Promise.withResolvers<number>();
      const api = await startMessagesApi(async () => {
        asked.resolve(performance.now());
        return { say: "done" };
      });
      opened.use({ [Symbol.asyncDispose]: () => api.close() });
      const image = opened.use(await openRunnerImage());
      const container = opened.use(
        await AgentContainer.start(image, {
          ANTHROPIC_BASE_URL: api.url,
          ANTHROPIC_API_KEY: "not-a-real-key",
          CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
          DISABLE_AUTOUPDATER: "1",
          CLAUDE_CODE_MCP_ALLOWLIST_ENV: "1",
          PLATFORM_API_URL: "http://127.0.0.1:1",
          PLATFORM_API_TOKEN: "none",
        }),
      );
      await container.shell("agent-entrypoint config --role dev > /tmp/dev.json");
      const contender = (name: string, script: string) => ({
        name,
        run: async (): Promise<Sample> => {
          const command = await container.prepare(script);
          asked = Promise.withResolvers();
          const begin = performance.now();
          command.begin();
          const ended = command.ended();
          const first = await Promise.race([asked.promise, ended.then(() => Number.NaN)]);
          await ended;
          return { ms: first - begin };
        },
      });
      return {
        baseline: contender("claude --print", "claude --print hello"),
        contenders: [
          contender(
            "claude with the servers of dev",
            "claude --print --strict-mcp-config --mcp-config=/tmp/dev.json -- hello",
          ),
          contender(
            "the runner without servers",
            "mkdir -p /tmp/none && MCP_SERVERS_DIR=/tmp/none MCP_ALLOW_MISSING=1 agent-entrypoint run -- hello",
          ),
          contender("the runner, role dev", "AGENT_ROLE=dev agent-entrypoint run -- hello"),
        ],
      };
    }),
};
