import { setTimeout as delay } from "node:timers/promises";
import { type LogSelection, selectStart } from "./log-selection.ts";
import type { StoredLog } from "./stored-log.ts";
import { TextWindow } from "./text-window.ts";
import { unfinishedLength } from "./whole-characters.ts";

/** How a step's log stands. */
export interface LogState {
  /** Null while there is none. */
  readonly ref: string | null;
  /** Whether nobody writes it any more, or ever will. */
  readonly isComplete: boolean;
}

interface FollowOptions {
  /** Asked now and then. @throws to break it off */
  readonly look: () => Promise<LogState>;
  readonly open: (ref: string, state: LogState) => Promise<StoredLog | undefined>;
  readonly selection: LogSelection;
  readonly signal: AbortSignal;
}

/** How often new output is looked for, in milliseconds, and how often whether the step has ended. */
const outputInterval = 100;
const stateInterval = 500;

/** A log as it comes, in whole characters, until it is complete or as much was given as is asked for. */
export async function* followLog({ look, open, selection, signal }: FollowOptions): AsyncGenerator<Buffer, void> {
  let state = await look();
  const opened = async () => (state.ref === null ? undefined : await open(state.ref, state));
  let log = await opened();
  while (log === undefined) {
    if (state.isComplete) return;
    await delay(stateInterval, undefined, { signal });
    state = await look();
    log = await opened();
  }
  const { ref } = state;
  try {
    const part = await openPart(log, selection);
    let lookedAt = performance.now();
    const lookNowAndThen = async () => {
      if (performance.now() - lookedAt < stateInterval) return;
      state = await look();
      lookedAt = performance.now();
    };
    while (!part.window.isOver) {
      for await (const given of readOn(log, part)) {
        yield given;
        await lookNowAndThen();
      }
      // It was so before the log was read to its end: nothing can have come since.
      if (state.isComplete || state.ref !== ref) return;
      await delay(outputInterval, undefined, { signal });
      await lookNowAndThen();
    }
  } finally {
    await log.close();
  }
}

/** The part of a growing log that is asked for. */
interface Part {
  readonly window: TextWindow;
  /** Up to where it has been read. */
  position: number;
}

async function openPart(log: StoredLog, selection: LogSelection): Promise<Part> {
  const { tail, from_line = 1, to_line = Number.POSITIVE_INFINITY, offset = 0 } = selection;
  const { max_bytes: bytes = Number.POSITIVE_INFINITY } = selection;
  const start = await selectStart(log, selection);
  const isCut = tail !== undefined && log.size - start > bytes;
  const position = isCut ? await log.characterFrom(log.size - bytes) : start;
  const before = await log.index.newlinesBefore(position);
  const window = new TextWindow({
    // What the log does not have yet.
    skipLines: Math.max(0, from_line - 1 - before),
    skipBytes: Math.max(0, offset - position),
    lines: to_line - before,
    bytes,
  });
  return { position, window };
}

async function* readOn(log: StoredLog, part: Part): AsyncGenerator<Buffer, void> {
  while (!part.window.isOver) {
    const bytes = await log.blockFrom(part.position);
    const text = bytes.subarray(0, bytes.length - unfinishedLength(bytes));
    if (text.length === 0) return;
    part.position += text.length;
    const given = part.window.take(text);
    if (given.length > 0) yield given;
  }
}
