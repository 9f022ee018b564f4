import type { LogEntries } from "./log-parser.ts";

/** Seconds of a log that are read again after an interruption: entries may be a little out of order. */
const overlap = 2;

/** Entries since a second. */
interface Count {
  readonly second: number;
  entries: number;
}

/**
 * How far a log was read, and what of it is new when it is read again. A log can only be asked for from a whole second
 * on. So what counts is how many entries of that second and later, in the log's own order, were taken; and when the
 * log's beginning is gone by then, that what is taken is not later than the latest of them.
 */
export class LogPosition implements LogEntries {
  /** The first is where reading goes on. A second is counted from the moment at which it is the latest. */
  #counts: Count[] = [];
  /** The latest time of all entries. */
  #latest = "";
  /** Bytes of the entry that has begun and has not ended. */
  #taken = 0;
  /** Of the stream that is read now: entries, and bytes of the one after them, that were taken before. */
  #known = { entries: 0, bytes: 0 };
  #isKnown = false;
  #time = "";
  #fresh: Buffer[] = [];

  /** @param cursor as `cursor` gave it; null or what is none for the beginning */
  constructor(cursor: string | null) {
    const [, second, entries, taken, latest] = /^(\d+):(\d+):(\d+):(\d+\.\d{9})$/.exec(cursor ?? "") ?? [];
    if (latest === undefined) return;
    this.#counts = [{ second: Number(second), entries: Number(entries) }];
    this.#taken = Number(taken);
    this.#latest = latest;
  }

  /** Null as long as nothing was read. */
  get cursor(): string | null {
    const [first] = this.#counts;
    return first === undefined ? null : `${first.second}:${first.entries}:${this.#taken}:${this.#latest}`;
  }

  /** The log is read again, from this time on; undefined for its beginning. */
  restart(): string | undefined {
    const [first] = this.#counts;
    this.#known = { entries: first?.entries ?? 0, bytes: this.#taken };
    return first && new Date(first.second * 1000).toISOString();
  }

  /** What was new since this was asked for last. */
  take(): Buffer {
    const fresh = Buffer.concat(this.#fresh);
    this.#fresh = [];
    return fresh;
  }

  begin(time: string): void {
    this.#time = time;
    const isOld = time <= this.#latest;
    this.#isKnown = isOld && this.#known.entries > 0;
    if (this.#isKnown || (isOld && this.#known.bytes > 0)) return;
    this.#known = { entries: 0, bytes: 0 };
    this.#taken = 0;
    if (isOld) return;
    const second = secondOf(time);
    if (this.#latest === "") this.#counts.push({ second: second - overlap, entries: 0 });
    // Not one of which entries may have come before this reader.
    if (this.#latest === "" || second > secondOf(this.#latest)) this.#counts.push({ second, entries: 0 });
    this.#latest = time;
    while ((this.#counts[1]?.second ?? second) <= second - overlap) this.#counts.shift();
  }

  content(bytes: Buffer): void {
    if (this.#isKnown) return;
    const known = Math.min(this.#known.bytes, bytes.length);
    this.#known.bytes -= known;
    if (known === bytes.length) return;
    const fresh = bytes.subarray(known);
    this.#taken += fresh.length;
    this.#fresh.push(fresh);
  }

  end(): void {
    if (this.#isKnown) {
      this.#known.entries--;
      return;
    }
    this.#known.bytes = 0;
    this.#taken = 0;
    const second = secondOf(this.#time);
    for (const count of this.#counts) if (count.second <= second) count.entries++;
  }
}

function secondOf(time: string): number {
  return Math.floor(Number(time.slice(0, -10)));
}
