import type { pipelines, QueryOf } from "@platform-mcp/client/contract";
import type { ByteRange } from "../../http/byte-range.ts";
import { invalid } from "../../problem.ts";
import type { StoredLog } from "./stored-log.ts";

/** Which part of a log is asked for. */
export type LogSelection = Omit<QueryOf<typeof pipelines.getStepLogs>, "follow">;

/** Refuses what contradicts itself. @throws Problem 400 */
export function checkSelection({ tail, offset, from_line, to_line }: LogSelection): void {
  const others = { offset, from_line, to_line };
  const with_ = Object.entries(others).find(([, value]) => value !== undefined)?.[0];
  if (tail !== undefined && with_ !== undefined) throw invalid("tail", `cannot be given together with ${with_}`);
  if (offset !== undefined && from_line !== undefined) {
    throw invalid("offset", "cannot be given together with from_line");
  }
}

/** The part of a log that is asked for, as the log is now. */
export async function selectRange(log: StoredLog, selection: LogSelection): Promise<ByteRange> {
  const { tail, to_line, max_bytes = log.size } = selection;
  const start = await selectStart(log, selection);
  const end = to_line === undefined ? log.size : await log.index.lineStart(to_line);
  if (end - start <= max_bytes) return { start, end: Math.max(start, end) };
  if (tail !== undefined) return { start: await log.characterFrom(end - max_bytes), end };
  return { start, end: Math.max(start, await log.characterTo(start + max_bytes)) };
}

/** Where the part begins that is asked for, as the log is now. */
export async function selectStart(log: StoredLog, { tail, offset, from_line }: LogSelection): Promise<number> {
  if (tail !== undefined) return tail === 0 ? log.size : await log.index.lineStart(log.lines - tail);
  if (offset !== undefined) return await log.characterFrom(offset);
  return from_line === undefined ? 0 : await log.index.lineStart(from_line - 1);
}
