import { Pool } from "undici";
import type { Benchmark, Contender, Sample } from "../lib/benchmark.ts";
import { Disposables } from "../lib/disposables.ts";
import { peakMemory, resetPeak } from "../lib/peak-memory.ts";
import { outputLines, printLogs } from "../lib/printed-logs.ts";

const mebibyte = 1024 ** 2;
/** What the steps print, and how an agent asks for the end of it. */
const logs = [
  { step: "small", name: "1 MiB", bytes: mebibyte, printing: outputLines, query: "tail=100" },
  { step: "large", name: "200 MiB", bytes: 200 * mebibyte, printing: outputLines, query: "tail=100" },
  {
    step: "endless",
    name: "200 MiB in one line, its last 8,000 bytes",
    bytes: 200 * mebibyte,
    printing: "yes x | tr -d '\\n'",
    query: "tail=100&max_bytes=8000",
  },
] as const;

/** How many times the end is asked for in a run. */
const requests = 200;
const canTellMemory = process.platform === "linux";

/** What the end of a log costs, however long the log is. */
export const logTail: Benchmark = {
  name: "log-tail",
  summary: `The last 100 lines of a log that a step has printed, over HTTP on one connection, ${requests} times a run; each log against the one of 1 MiB. Growth is the most that the platform's process held meanwhile, above what it held at the run's beginning.`,
  runs: 15,
  warmUp: 2,
  prepare: () =>
    Disposables.open(async (opened) => {
      const { platform, project, token, pipeline, stepId } = opened.use(await printLogs(logs));
      const pool = new Pool(platform.url, { connections: 1 });
      opened.use({ [Symbol.asyncDispose]: () => pool.close() });
      const contenderOf = ({ step, name, bytes, query }: (typeof logs)[number]): Contender => {
        const path = `/api/projects/${project}/pipelines/${pipeline}/steps/${stepId(step)}/logs?${query}`;
        return { name, run: () => tailed({ pool, path, token, pid: platform.pid, bytes }) };
      };
      const [small, ...others] = logs;
      return { baseline: contenderOf(small), contenders: others.map(contenderOf) };
    }),
};

interface Tailing {
  readonly pool: Pool;
  readonly path: string;
  readonly token: string;
  readonly pid: number;
  readonly bytes: number;
}

/** @throws when the answer is not of the log that is meant */
async function tailed({ pool, path, token, pid, bytes }: Tailing): Promise<Sample> {
  if (canTellMemory) await resetPeak(pid);
  const before = canTellMemory ? await peakMemory(pid) : 0;
  const begin = performance.now();
  for (let count = 0; count < requests; count++) {
    const { statusCode, headers, body } = await pool.request({
      path,
      method: "GET",
      headers: { authorization: `Bearer ${token}` },
    });
    const text = await body.text();
    const isRight = statusCode === 200 && Number(headers["x-log-size"]) >= bytes && text.length > 7000;
    if (!isRight) throw new Error(`GET ${path}: ${statusCode}, ${text.length} characters of ${headers["x-log-size"]}`);
  }
  const ms = (performance.now() - begin) / requests;
  return { "ms a request": ms, ...(canTellMemory && { "growth MiB": (await peakMemory(pid)) - before }) };
}
