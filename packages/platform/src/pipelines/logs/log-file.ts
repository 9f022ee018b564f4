import { type FileHandle, mkdir, open, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { writeAll } from "../write-all.ts";
import { IndexFile } from "./index-file.ts";
import { indexPathOf } from "./line-counts.ts";
import { openIfPresent } from "./open-if-present.ts";

/** Bytes that may wait to be stored before whoever brings more has to wait. */
const batchBytes = 65_536;
/** How long a byte may wait, in milliseconds: what a killed platform loses at most. */
const flushAfter = 100;

/**
 * A log's file and the index of its lines beside it, as they are written. What cannot be stored, as on a full disk, is
 * dropped and counted; nothing here rejects after it has been opened.
 */
export class LogFile {
  /** Why something could not be stored, for the first time. */
  failure: Error | undefined;
  /** Bytes that were dropped and have not been told of. */
  lostBytes = 0;
  readonly #file: FileHandle;
  /** Undefined when readers are to make up for it. */
  readonly #index: IndexFile | undefined;
  #size: number;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #storing: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @param file open for writing, and of that size */
  constructor(file: FileHandle, { size = 0, index }: { readonly size?: number; readonly index?: IndexFile } = {}) {
    this.#file = file;
    this.#size = size;
    this.#index = index;
  }

  /** Makes a log's file. @throws when there is one already, or it cannot be made */
  static async create(path: string): Promise<LogFile> {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    return new LogFile(await open(path, "wx", 0o600), { index: new IndexFile(indexPathOf(path)) });
  }

  /** Opens a log's file to go on after its first `size` bytes; undefined when it has not so many. */
  static async reopen(path: string, size: number): Promise<LogFile | undefined> {
    const file = await openIfPresent(path, "r+");
    if (file === undefined) return undefined;
    try {
      if ((await file.stat()).size >= size) {
        await file.truncate(size);
        await rm(indexPathOf(path), { force: true });
        return new LogFile(file, { size });
      }
    } catch (error) {
      await file.close();
      throw error;
    }
    await file.close();
    return undefined;
  }

  /** Bytes in storage. */
  get size(): number {
    return this.#size;
  }

  append(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    this.#timer ??= setTimeout(() => void this.flush(), flushAfter);
  }

  /** Pending while more waits than should. */
  async room(): Promise<void> {
    if (this.#waitingBytes >= batchBytes) await this.flush();
  }

  /** Stores what waits. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    // What came while something was being stored goes next, by whoever sees that first.
    while (this.#waitingBytes > 0) {
      this.#storing ??= this.#store().finally(() => {
        this.#storing = undefined;
      });
      await this.#storing;
    }
    await this.#storing;
  }

  /** Stores what waits, durably; nothing can be added afterwards. */
  async close(): Promise<void> {
    await this.flush();
    await this.#file.datasync().catch((error: unknown) => this.#fail(error));
    await this.#file.close().catch((error: unknown) => this.#fail(error));
    await this.#index?.close();
  }

  async #store(): Promise<void> {
    const bytes = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    try {
      await writeAll(this.#file, bytes, this.#size);
    } catch (error) {
      this.#fail(error);
      this.lostBytes += bytes.length;
      await this.#file.truncate(this.#size).catch(() => {});
      return;
    }
    this.#size += bytes.length;
    await this.#index?.add(bytes);
  }

  #fail(error: unknown): void {
    this.failure ??= error instanceof Error ? error : new Error(String(error));
  }
}
