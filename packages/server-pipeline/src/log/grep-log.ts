import { type Api, note, type Part, record } from "@platform-mcp/server-kit";
import { GrepLines } from "./grep-lines.ts";
import { lineMatcher } from "./line-matcher.ts";
import { alone } from "./line-splitter.ts";
import type { RangeRequest } from "./range-of-log.ts";
import { readLog } from "./read-log.ts";
import { cutByTimeNote, readingTime } from "./reading-time.ts";
import { showLog } from "./show-log.ts";

interface GrepRequest extends RangeRequest {
  readonly grep: string;
  readonly context: number;
}

/** The lines of a log, or of a part of it, that match, with those around them. */
export async function grepLog(
  api: Api,
  { of, range, isRunning, grep, context }: GrepRequest,
): Promise<readonly Part[]> {
  const { from_line = 1, to_line = Number.POSITIVE_INFINITY } = range;
  const found = new GrepLines(lineMatcher(grep), context);
  const read = await readLog(
    api,
    { ...of, ...range },
    {
      time: readingTime({ isRunning }),
      bounds: alone,
      onLine: (number, text) => {
        if (number >= from_line && number <= to_line) found.add(number, text);
      },
    },
  );
  const { lines, matches, searched, complete } = found.finish();
  const late = cutByTimeNote(read, isRunning);
  const notes = late === undefined ? [] : [note(late)];
  const summary = record({ matches: `${matches} in ${searched} lines${isRunning ? " so far" : ""}` });
  if (lines.length === 0) return [summary, ...notes];
  const end = range.to_line === undefined ? "" : ` and to_line=${range.to_line}`;
  const part = showLog({
    key: "log",
    lines,
    keep: "head",
    more: !complete,
    rest: (_, last) =>
      `Further matches are left out to keep the answer short: get_step_logs with grep, from_line=${last + 1}${end}.`,
  });
  return [summary, part, ...notes];
}
