import { AbortedError, type CallArgs, pipelines, type Streamed } from "@platform-mcp/client";
import type { Api } from "@platform-mcp/server-kit";
import type { LineBounds } from "./bounded-text.ts";
import { LineSplitter, type OnLine } from "./line-splitter.ts";
import type { ReadingTime } from "./reading-time.ts";

/** Which step's log, and which part of it. Platforms that know no parts give all of it. */
export type LogRequest = CallArgs<typeof pipelines.getStepLogs>;

export interface ReadingOptions {
  readonly time: ReadingTime;
  /** How much of a long line is kept. */
  readonly bounds?: LineBounds;
  /** Told of each line. Numbers lack what `LogRead.shift` says. */
  readonly onLine: OnLine;
}

/** How the reading of a log went. */
export interface LogRead {
  /** Whether the platform gave the part that was asked for, and not all. */
  readonly ranged: boolean;
  /** What is to be added to the numbers of the lines that came, which is known only at the end. */
  readonly shift: number;
  /** Lines that came. */
  readonly lines: number;
  /** Lines of the whole log as far as is known. */
  readonly total: number;
  /** Whether the part ends, or for the log's end begins, within a line: at the most bytes that were asked for. */
  readonly cutByBytes: boolean;
  /** Whether the time was over first, and whether the platform had begun to answer by then. */
  readonly cutByTime: "before it began" | "while it came" | undefined;
}

/** Reads a log as it comes, without ever holding more than a piece of it. */
export async function readLog(api: Api, request: LogRequest, options: ReadingOptions): Promise<LogRead> {
  const { from_line, tail, max_bytes } = request;
  const limit = new AbortController();
  const started = performance.now();
  let timer = setTimeout(() => limit.abort(), options.time.begin);
  let answer: Streamed<string> | undefined;
  let splitter: LineSplitter | undefined;
  let lines = 0;
  let size = 0;
  let cutByTime: LogRead["cutByTime"];
  let total: number | undefined;
  try {
    answer = await api.call(pipelines.getStepLogs, request, { signal: limit.signal });
    clearTimeout(timer);
    timer = setTimeout(() => limit.abort(), started + options.time.whole - performance.now());
    total = countIn(answer.header("x-log-lines"));
    const first = total === undefined ? 1 : (from_line ?? 1);
    const counted: OnLine = (number, text) => {
      lines++;
      options.onLine(number, text);
    };
    splitter = new LineSplitter(counted, { first, ...(options.bounds && { bounds: options.bounds }) });
    for await (const chunk of answer) {
      size += Buffer.byteLength(chunk);
      splitter.push(chunk);
    }
  } catch (error) {
    if (!limit.signal.aborted || !(error instanceof AbortedError)) throw error;
    cutByTime = answer === undefined ? "before it began" : "while it came";
  } finally {
    clearTimeout(timer);
  }
  splitter?.end();
  // What is no UTF-8 has grown by being read as text.
  const bytes = countIn(answer?.header("content-length")) ?? size;
  const ranged = total !== undefined;
  return {
    ranged,
    shift: total !== undefined && tail !== undefined ? Math.max(total - lines, 0) : 0,
    lines,
    total: total ?? lines,
    // Characters are not split, and have at most four bytes.
    cutByBytes: ranged && max_bytes !== undefined && bytes > max_bytes - 4,
    cutByTime,
  };
}

function countIn(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,15}$/.test(header) ? Number(header) : undefined;
}
