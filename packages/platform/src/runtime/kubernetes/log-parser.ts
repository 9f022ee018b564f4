import { KubeError } from "./kube-error.ts";

/** Bytes after which container engines break a line into parts, each an entry of its own. */
const partLength = 16 * 1024;

/** As kubelets and engines write the time, followed by a space. */
const shape = "0000-00-00T00:00:00";
const prefix = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d) /;
const longestPrefix = 36;

/** What is found in a log, in this order for each entry. */
export interface LogEntries {
  /** @param time seconds and nanoseconds since 1970, as text of a form that sorts by time */
  begin(time: string): void;
  content(bytes: Buffer): void;
  end(): void;
}

/**
 * Takes a log with timestamps apart. An entry is a line with its line break; a part of a line that is longer than 16 KiB,
 * where the kubelet gives each part its timestamp (before Kubernetes 1.26, and always with Docker); or what came after
 * the last line break.
 */
export class LogParser {
  readonly #entries: LogEntries;
  /** What may be the beginning of a timestamp. */
  #undecided: Buffer = Buffer.alloc(0);
  #entry: { readonly time: string; length: number; isWhole: boolean } | undefined;

  constructor(entries: LogEntries) {
    this.#entries = entries;
  }

  /** @throws KubeError with what the kubelet says in place of a log */
  push(chunk: Buffer): void {
    let data = this.#undecided.length === 0 ? chunk : Buffer.concat([this.#undecided, chunk]);
    this.#undecided = Buffer.alloc(0);
    while (data.length > 0) {
      const entry = this.#entry;
      if (entry === undefined || (entry.length === partLength && !entry.isWhole)) {
        const found = prefixOf(data);
        if (found === "too short") {
          this.#undecided = data;
          return;
        }
        if (found !== undefined && (entry === undefined || found.time >= entry.time)) {
          if (entry !== undefined) this.#entries.end();
          this.#entry = { time: found.time, length: 0, isWhole: false };
          this.#entries.begin(found.time);
          data = data.subarray(found.length);
          continue;
        }
        if (entry === undefined) throw new KubeError(`the log cannot be read: ${data.toString("utf8", 0, 500).trim()}`);
        entry.isWhole = true;
      }
      data = this.#takeContent(data);
    }
  }

  /** There is no more of it, for the time being. */
  flush(): void {
    if (this.#entry !== undefined && this.#undecided.length > 0) this.#entries.content(this.#undecided);
    this.#undecided = Buffer.alloc(0);
  }

  #takeContent(data: Buffer): Buffer {
    const entry = this.#entry;
    if (entry === undefined) return data;
    const most = entry.isWhole ? data.length : partLength - entry.length;
    const lineBreak = data.subarray(0, most).indexOf(10);
    const content = data.subarray(0, lineBreak === -1 ? most : lineBreak + 1);
    entry.length += content.length;
    this.#entries.content(content);
    if (lineBreak !== -1) {
      this.#entries.end();
      this.#entry = undefined;
    }
    return data.subarray(content.length);
  }
}

function prefixOf(data: Buffer): { time: string; length: number } | "too short" | undefined {
  const text = data.toString("latin1", 0, longestPrefix);
  for (let index = 0; index < Math.min(text.length, shape.length); index++) {
    const character = text[index] ?? "";
    if (shape[index] === "0" ? !/\d/.test(character) : character !== shape[index]) return undefined;
  }
  const [whole, seconds = "", nanoseconds = "", zone = ""] = prefix.exec(text) ?? [];
  if (whole === undefined) return text.length < longestPrefix && !text.includes(" ") ? "too short" : undefined;
  const time = Date.parse(`${seconds}${zone}`) / 1000;
  return Number.isNaN(time) ? undefined : { time: `${time}.${nanoseconds.padEnd(9, "0")}`, length: whole.length };
}
