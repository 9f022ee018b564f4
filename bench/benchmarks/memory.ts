import type { Benchmark, Sample } from "../lib/benchmark.ts";
import { listTools } from "../lib/mcp-messages.ts";
import { McpServer, serverBundle } from "../lib/mcp-server.ts";
import { NodeProcess } from "../lib/node-process.ts";
import { startPlatformWithProject } from "../lib/platform-with-project.ts";
import { memoryAtRest } from "../lib/resident-memory.ts";

/** What a server costs a pod that runs several, against a Node process that does nothing. */
export const memory: Benchmark = {
  name: "memory",
  summary:
    "Resident memory at rest in MiB, in all and anonymous (what no other process shares): after tools/list, and after a first get_project; against node -e 'setInterval(()=>{},1e9)'.",
  runs: 20,
  warmUp: 1,
  unavailable: async () => (process.platform === "linux" ? undefined : "only Linux tells what is resident"),
  async prepare() {
    const bundle = await serverBundle("platform-core");
    const platform = await startPlatformWithProject();
    const start = () => new McpServer(bundle, platform.serverEnv);
    return {
      baseline: { name: "bare Node", run: () => memoryAfter(startBare, async () => {}) },
      contenders: [
        { name: "platform-core, tools/list", run: () => memoryAfter(start, (core) => core.list(listTools)) },
        {
          name: "platform-core, a first call",
          run: () =>
            memoryAfter(start, async (core) => {
              await core.list(listTools);
              await core.call("get_project", {});
            }),
        },
      ],
      [Symbol.asyncDispose]: platform[Symbol.asyncDispose],
    };
  },
};

const startBare = () => new NodeProcess(["-e", "setInterval(()=>{},1e9)"]);

async function memoryAfter<Process extends AsyncDisposable & { readonly pid: number }>(
  start: () => Process,
  work: (process: Process) => Promise<void>,
): Promise<Sample> {
  await using process = start();
  await work(process);
  const { rss, anonymous } = await memoryAtRest(process.pid);
  return { "RSS MiB": rss, "anonymous MiB": anonymous };
}
