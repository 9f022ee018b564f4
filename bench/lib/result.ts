import type { Machine } from "./machine.ts";
import type { Row } from "./measure.ts";
import { table } from "./table.ts";

/** What one run of a benchmark gave. Its keys are those of the result files. */
export interface Result {
  readonly name: string;
  readonly summary: string;
  /** Day of the run (UTC), such as `2026-11-22`. */
  readonly date: string;
  /** What was measured. */
  readonly commit: string;
  readonly machine: Machine;
  /** Runs behind each row. */
  readonly runs: number;
  readonly rows: readonly Row[];
}

/** The result for people, in Markdown that can be read as it is. */
export function resultText({ name, summary, date, commit, machine, runs, rows }: Result): string {
  const head = ["", "metric", "median", "p10", "p90", "ratio"];
  const cells = rows.map(({ contender, metric, median, p10, p90, ratio }) => [
    contender,
    metric,
    ...[median, p10, p90].map(String),
    ratio?.toFixed(2) ?? "",
  ]);
  const { cpu, cores, memory_gib, kernel, node, load_average } = machine;
  return [
    `## ${name}`,
    summary,
    table([head, ...cells], 2),
    `${date}, commit ${commit}, ${runs} runs each; Node ${node} on ${cpu}, ${cores} cores, ${memory_gib} GiB, ${kernel}; load average ${load_average} at the start.`,
  ].join("\n\n");
}
