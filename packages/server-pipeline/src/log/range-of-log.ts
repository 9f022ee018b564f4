import { type Api, note, type Part } from "@platform-mcp/server-kit";
import { FirstLines, LastLines, type LogLine } from "./kept-lines.ts";
import { alone, amongOthers } from "./line-splitter.ts";
import { type LogRead, type LogRequest, readLog } from "./read-log.ts";
import { cutByTimeNote, readingTime } from "./reading-time.ts";
import { showLog } from "./show-log.ts";

const defaultTail = 100;
/** More than an answer may hold, however long the lines are. */
const maxBytes = 262_144;

export interface LogRange {
  readonly tail?: number | undefined;
  readonly from_line?: number | undefined;
  readonly to_line?: number | undefined;
}

export interface RangeRequest {
  readonly of: Pick<LogRequest, "project_id" | "pipeline_id" | "step_id">;
  readonly range: LogRange;
  readonly isRunning: boolean;
}

/** The last lines of a log, or those of a range. */
export async function rangeOfLog(api: Api, { of, range, isRunning }: RangeRequest): Promise<readonly Part[]> {
  const { from_line, to_line } = range;
  const isTail = from_line === undefined && to_line === undefined;
  const tail = range.tail ?? defaultTail;
  const from = from_line ?? 1;
  const to = to_line ?? Number.POSITIVE_INFINITY;
  const kept = isTail ? new LastLines(tail) : new FirstLines();
  const read = await readLog(
    api,
    { ...of, ...(isTail ? { tail } : { from_line, to_line }), max_bytes: maxBytes },
    {
      time: readingTime({ isRunning }),
      bounds: from === to ? alone : amongOthers,
      onLine: (number, text) => {
        if (isTail || (number >= from && number <= to)) kept.add({ number, text });
      },
    },
  );
  const lines = withoutPart(kept.lines, read, isTail).map(({ number, text }) => ({
    number: number + read.shift,
    text,
  }));
  const late = cutByTimeNote(read, isRunning);
  const notes = late === undefined ? [] : [note(late)];
  if (lines.length === 0) return late === undefined ? [note(nothing(read, from))] : notes;
  const last = Math.min(to, read.total);
  const so = isRunning ? " so far" : "";
  const part = showLog({
    key: "log",
    lines,
    keep: isTail ? "tail" : "head",
    position: (first, end) => `${first}-${end} of ${read.total}${so}`,
    more: isTail ? (lines[0]?.number ?? 1) > 1 : (lines.at(-1)?.number ?? last) < last,
    rest: (first, end) =>
      isTail
        ? `Earlier lines: get_step_logs with from_line=${Math.max(first - tail, 1)} and to_line=${first - 1}, or with grep.`
        : `The rest is left out to keep the answer short: get_step_logs with from_line=${end + 1}${to_line === undefined ? "" : ` and to_line=${to_line}`}.`,
  });
  return [part, ...notes];
}

/** The lines without one that the limit of bytes has cut, unless there is no other. */
function withoutPart(lines: readonly LogLine[], { cutByBytes }: LogRead, isTail: boolean): readonly LogLine[] {
  if (!cutByBytes || lines.length === 1) return lines;
  return isTail ? lines.slice(1) : lines.slice(0, -1);
}

function nothing({ total }: LogRead, from: number): string {
  return total === 0 || from === 1 ? "The log is empty." : `The log has ${total} lines: there are none in that range.`;
}
