import { parseArgs } from "node:util";
import { clone } from "./benchmarks/clone.ts";
import { firstRequest } from "./benchmarks/first-request.ts";
import { idlePreviews } from "./benchmarks/idle-previews.ts";
import { imageSize } from "./benchmarks/image-size.ts";
import { logSearch } from "./benchmarks/log-search.ts";
import { logTail } from "./benchmarks/log-tail.ts";
import { memory } from "./benchmarks/memory.ts";
import { pushToStep } from "./benchmarks/push-to-step.ts";
import { queue } from "./benchmarks/queue.ts";
import { auditedWrite, authorisedRead } from "./benchmarks/requests.ts";
import { startUp } from "./benchmarks/start-up.ts";
import { stepLogs } from "./benchmarks/step-logs.ts";
import { telemetryIngest } from "./benchmarks/telemetry-ingest.ts";
import { getProject, readFile } from "./benchmarks/tool-call.ts";
import type { Benchmark } from "./lib/benchmark.ts";
import { checkedOut } from "./lib/checked-out.ts";
import { describeMachine } from "./lib/machine.ts";
import { measure } from "./lib/measure.ts";
import { resultText } from "./lib/result.ts";
import { saveResult } from "./lib/results-directory.ts";

const benchmarks: readonly Benchmark[] = [
  startUp,
  memory,
  getProject,
  readFile,
  authorisedRead,
  auditedWrite,
  clone,
  pushToStep,
  queue,
  logTail,
  logSearch,
  stepLogs,
  imageSize,
  firstRequest,
  idlePreviews,
  telemetryIngest,
];

const usage = `bench: how fast and how large, each figure as a ratio to something that is not ours

  pnpm bench [NAME ...]

Results go to bench/results: a file for each benchmark and day, and latest.md. Without names it runs all of:

${benchmarks.map(({ name, summary }) => `  ${name}\n      ${summary}`).join("\n")}
`;

function readArguments() {
  const options = { help: { type: "boolean", short: "h" } } as const;
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const unknown = positionals.filter((name) => !benchmarks.some((benchmark) => benchmark.name === name));
    if (unknown.length > 0) throw new Error(`no benchmark ${unknown.join(", ")}`);
    return { help: values.help, names: new Set(positionals) };
  } catch (error) {
    process.stderr.write(`bench: ${error instanceof Error ? error.message : error}. See --help.\n`);
    process.exit(64);
  }
}

const progress = (line: string) => process.stderr.write(`bench: ${line}\n`);

async function run(benchmark: Benchmark, commit: string): Promise<void> {
  const { name, summary, runs } = benchmark;
  const unavailable = await benchmark.unavailable?.();
  if (unavailable !== undefined) return void progress(`${name} left out: ${unavailable}`);
  progress(`${name}: preparing`);
  const machine = describeMachine();
  const date = new Date().toISOString().slice(0, 10);
  await using comparison = await benchmark.prepare();
  const rows = await measure(benchmark, comparison, (done, of) => {
    if (done % Math.ceil(of / 5) === 0 || done === of) progress(`${name}: ${done} of ${of} rounds`);
  });
  const result = { name, summary, date, commit, machine, runs, rows };
  await saveResult(result);
  process.stdout.write(`${resultText(result)}\n\n`);
}

const { help, names } = readArguments();
if (help) {
  process.stdout.write(usage);
} else {
  const commit = await checkedOut();
  for (const benchmark of benchmarks) {
    if (names.size === 0 || names.has(benchmark.name)) await run(benchmark, commit);
  }
}
