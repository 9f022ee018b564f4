import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isLogRef } from "./log-ref.ts";
import type { LogWriter } from "./log-writer.ts";

export interface LogOptions {
  /** Values that must not show: each line of them that has at least 4 characters is masked, and its usual encodings. */
  readonly secrets: readonly string[];
  /** Bytes that the log may have. Of more output, the beginning and the end are kept, with a line that says so. */
  readonly maxBytes: number;
}

/** Where the logs of steps are kept, by the names that `logRef` gives. */
export interface LogStore {
  /** Begins a log. @throws when there is one of this name already, or it cannot be made */
  open(ref: string, options: LogOptions): Promise<LogWriter>;
}

/** Logs as files below a data directory, readable by their owner alone. */
export function logStoreIn(dataDirectory: string): LogStore {
  const pathOf = (ref: string) => {
    if (!isLogRef(ref)) throw new Error("not the name of a log");
    return join(dataDirectory, ref);
  };
  return {
    async open(ref) {
      const path = pathOf(ref);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      return new PlainLogWriter(await open(path, "wx", 0o600));
    },
  };
}

class PlainLogWriter implements LogWriter {
  readonly failure = undefined;
  readonly #file: FileHandle;
  #last: Promise<unknown> = Promise.resolve();
  #closed: Promise<void> | undefined;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.#last = this.#last.then(() => this.#file.write(chunk));
    await this.#last;
  }

  async note(line: string): Promise<void> {
    await this.write(Buffer.from(`[platform] ${line}\n`));
  }

  async close(): Promise<void> {
    this.#closed ??= this.#last.then(() => this.#file.close());
    await this.#closed;
  }
}
