import { AbortedError, ClientError, type pipelines } from "@platform-mcp/client";
import { type Api, note, type Part } from "@platform-mcp/server-kit";
import { readLog } from "../log/read-log.ts";
import { cutByTimeNote, readingTime } from "../log/reading-time.ts";
import { showLog } from "../log/show-log.ts";
import { SignFinder } from "./sign-finder.ts";

/** Of a longer log only the end is looked at: what fails, fails last. */
const maxBytes = 16_777_216;
/** Characters of a line's beginning and end: many lines tell more than one long one. */
const signBounds = { head: 500, tail: 200 };

interface FailedStep {
  readonly project_id: string;
  readonly pipeline_id: string;
  readonly step: pipelines.PipelineStep;
}

/** The lines of a failed step's log that tell why it failed; what stands in the way of reading it is said. */
export async function readSigns(api: Api, failed: FailedStep): Promise<readonly Part[]> {
  if (failed.step.log_ref === null) return [note("It left no log.")];
  try {
    return await signsIn(api, failed);
  } catch (error) {
    if (!(error instanceof ClientError) || error instanceof AbortedError) throw error;
    return [note("Its log could not be read; get_step_logs says why.")];
  }
}

async function signsIn(api: Api, { project_id, pipeline_id, step }: FailedStep): Promise<readonly Part[]> {
  const finder = new SignFinder();
  const read = await readLog(
    api,
    { project_id, pipeline_id, step_id: step.id, tail: 1_000_000, max_bytes: maxBytes },
    { time: readingTime({ isRunning: false }), bounds: signBounds, onLine: (number, text) => finder.add(number, text) },
  );
  const found = finder.finish();
  const lines = found.lines.map(({ number, text }) => ({ number: number + read.shift, text }));
  const late = cutByTimeNote(read, false);
  const notes = late === undefined ? [] : [note(late)];
  if (lines.length === 0) return notes.length === 0 ? [note("Its log is empty.")] : notes;
  const skipped = read.shift > 0 ? ` Lines 1-${read.shift} were not looked at; get_step_logs with grep does.` : "";
  const part = showLog({
    key: "log",
    lines,
    keep: "head",
    // What changed is worth some of the answer, too.
    share: 0.7,
    position: () => `${found.telling ? "those that tell most" : "the last"} of ${read.total}`,
    more: skipped !== "",
    rest: (_, last) =>
      `${last < read.total ? `What follows: get_step_logs with from_line=${last + 1}.` : ""}${skipped}`.trim(),
  });
  return [part, ...notes];
}
