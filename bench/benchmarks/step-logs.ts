import type { Benchmark, Contender } from "../lib/benchmark.ts";
import { Disposables } from "../lib/disposables.ts";
import { listTools } from "../lib/mcp-messages.ts";
import { McpServer, serverBundle } from "../lib/mcp-server.ts";
import { peakMemory, resetPeak } from "../lib/peak-memory.ts";
import { outputLines, printLogs } from "../lib/printed-logs.ts";

const mebibyte = 1024 ** 2;
const logs = [
  { step: "small", name: "1 MiB", bytes: mebibyte, printing: outputLines },
  { step: "large", name: "200 MiB", bytes: 200 * mebibyte, printing: outputLines },
] as const;

/** How many times the tool is called in a run. */
const calls = 50;
const canTellMemory = process.platform === "linux";

/** What the end of a log costs an agent, however long the log is. */
export const stepLogs: Benchmark = {
  name: "call-get-step-logs",
  summary: `get_step_logs with the last 100 lines of a log that a step has printed, over stdio, ${calls} times a run; the log of 200 MiB against the one of 1 MiB. Growth is the most that the server's process held meanwhile, above what it held at the run's beginning.`,
  runs: 15,
  warmUp: 3,
  prepare: () =>
    Disposables.open(async (opened) => {
      const bundle = await serverBundle("platform-pipeline");
      const { platform, project, token, pipeline } = opened.use(await printLogs(logs));
      const env = { PLATFORM_API_URL: platform.url, PLATFORM_API_TOKEN: token, PROJECT_ID: project };
      const server = opened.use(new McpServer(bundle, env));
      await server.list(listTools);
      const contenderOf = ({ step, name }: (typeof logs)[number]): Contender => ({
        name,
        async run() {
          if (canTellMemory) await resetPeak(server.pid);
          const before = canTellMemory ? await peakMemory(server.pid) : 0;
          const began = performance.now();
          for (let count = 0; count < calls; count++) {
            await server.call("get_step_logs", { pipeline_id: pipeline, step });
          }
          const ms = (performance.now() - began) / calls;
          return { "ms a call": ms, ...(canTellMemory && { "growth MiB": (await peakMemory(server.pid)) - before }) };
        },
      });
      const [small, ...others] = logs;
      return { baseline: contenderOf(small), contenders: others.map(contenderOf) };
    }),
};
