import { readFile } from "node:fs/promises";

/** A line that a traced step has written: what it did, and by which of its runs. */
export interface Trace {
  readonly event: "start" | "tick" | "end";
  readonly pipelineId: string;
  readonly step: string;
  /** Another one for each time that the step is run. */
  readonly run: string;
}

/** Commands of a step that writes to a file that it starts, that it still runs, and that it ends. */
export function tracedCommands(file: string, { ticks }: { readonly ticks: number }): readonly string[] {
  const write = (event: Trace["event"]) => `echo "${event} $PIPELINE_ID $STEP_NAME $run" >> ${file}`;
  return [
    'run="$(date +%s%N)-$$-$(od -An -N6 -tx1 /dev/urandom | tr -d " ")"',
    write("start"),
    `for i in $(seq ${ticks}); do sleep 0.05; ${write("tick")}; done`,
    write("end"),
  ];
}

export async function readTrace(file: string): Promise<readonly Trace[]> {
  const text = await readFile(file, "utf8").catch(() => "");
  return text.split("\n").flatMap((line) => {
    const [event, pipelineId = "", step = "", run = ""] = line.split(" ");
    return event === "start" || event === "tick" || event === "end" ? [{ event, pipelineId, step, run }] : [];
  });
}

/** The steps that ran twice at the same time: a run that wrote after the next one of its step had started. */
export function overlaps(traces: readonly Trace[]): readonly string[] {
  const last = new Map<string, string>();
  const over = new Set<string>();
  const found: string[] = [];
  for (const { pipelineId, step, run } of traces) {
    const key = `${pipelineId} ${step}`;
    const before = last.get(key);
    if (over.has(run)) found.push(`${key}: ${run} beside ${before}`);
    if (before !== undefined && before !== run) over.add(before);
    last.set(key, run);
  }
  return found;
}
