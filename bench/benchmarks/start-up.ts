import { join } from "node:path";
import type { Benchmark, Sample } from "../lib/benchmark.ts";
import { listTools, listToolsStateless } from "../lib/mcp-messages.ts";
import { McpServer, serverBundle } from "../lib/mcp-server.ts";
import { NodeProcess } from "../lib/node-process.ts";
import { startPlatformWithProject } from "../lib/platform-with-project.ts";

/** How long a session waits for a server, against the least that any Node program takes. */
export const startUp: Benchmark = {
  name: "start-up",
  summary:
    "From spawning the bundle to the answer to tools/list, all messages sent at once, and to the answer of a first get_project after it; against a Node program that echoes one byte.",
  runs: 40,
  warmUp: 2,
  async prepare() {
    const bundle = await serverBundle("platform-core");
    const platform = await startPlatformWithProject();
    const start = () => new McpServer(bundle, platform.serverEnv);
    return {
      baseline: { name: "Node echoing one byte", run: () => timeFromSpawn(startEcho, echo) },
      contenders: [
        {
          name: "platform-core, tools/list (2025-11-25)",
          run: () => timeFromSpawn(start, (core) => core.list(listTools)),
        },
        {
          name: "platform-core, tools/list (2026-07-28)",
          run: () => timeFromSpawn(start, (core) => core.list(listToolsStateless)),
        },
        {
          name: "platform-core, tools/list and a first call",
          run: () =>
            timeFromSpawn(start, async (core) => {
              await core.list(listTools);
              await core.call("get_project", {});
            }),
        },
      ],
      [Symbol.asyncDispose]: platform[Symbol.asyncDispose],
    };
  },
};

const startEcho = () => new NodeProcess([join(import.meta.dirname, "echo.cjs")]);

async function echo(process: NodeProcess): Promise<void> {
  process.write("x");
  await process.readTo("x");
}

/** Time from before the process is spawned until the work with it is done; its end is not counted. */
async function timeFromSpawn<Process extends AsyncDisposable>(
  start: () => Process,
  work: (process: Process) => Promise<void>,
): Promise<Sample> {
  const begin = performance.now();
  await using process = start();
  await work(process);
  return { ms: performance.now() - begin };
}
