import { rm } from "node:fs/promises";
import { CappedOutput, type Piece } from "./capped-output.ts";
import { LogFile } from "./log-file.ts";
import type { OutputListener } from "./output-listener.ts";
import { SecretFinder } from "./secret-finder.ts";
import { maskText, SecretMasker } from "./secret-masker.ts";
import { WholeCharacters } from "./whole-characters.ts";

/** The log of something that runs. Nothing here fails because of the disk: a log must not decide what becomes of it. */
export interface LogWriter {
  /**
   * Adds output as it came, in pieces of any size. It is in storage about 100 ms later; the promise is pending while
   * more waits to be stored than should be held in memory.
   */
  write(chunk: Uint8Array): Promise<void>;
  /** Adds a line of the platform's own words, which is marked as such and starts a new line. */
  note(line: string): Promise<void>;
  /** Stores what was added so far, but for what is kept back as it may be the beginning of more; gives the log's size. */
  flush(): Promise<number>;
  /** Stores what is left, durably. May be called again. */
  close(): Promise<void>;
  /** Why a part of the log could not be stored; undefined when all of it was. */
  readonly failure: Error | undefined;
}

export interface LogOptions {
  /** Values that must not show: each line of them that has at least 4 characters is masked, and its usual encodings. */
  readonly secrets: readonly string[];
  /** Bytes that the log may have. Of more output, the beginning and the end are kept, with a line that says so. */
  readonly maxBytes: number;
  /** Hears the output beside; not the platform's own words. */
  readonly listener?: OutputListener;
}

/** Where to go on in a log, by its size in bytes. */
export interface LogPosition {
  readonly size: number;
}

const newline = 10;

/** Makes a log in a new file. @throws when there is one already, or it cannot be made */
export async function createLog(path: string, options: LogOptions): Promise<LogWriter> {
  return new FileLogWriter(await LogFile.create(path), options);
}

/**
 * Goes on with a log that nobody writes any more, after its first so many bytes, with which a line ends. Where there are
 * not so many, as on another computer, it begins anew and says so.
 */
export async function resumeLog(path: string, { size }: LogPosition, options: LogOptions): Promise<LogWriter> {
  const file = await LogFile.reopen(path, size);
  if (file !== undefined) return new FileLogWriter(file, options);
  await rm(path, { force: true });
  const log = await createLog(path, options);
  if (size > 0) await log.note("what came before is not kept here");
  return log;
}

/** A log in a file; see `LogWriter`. */
export class FileLogWriter implements LogWriter {
  readonly #file: LogFile;
  readonly #finder: SecretFinder;
  readonly #masker: SecretMasker;
  readonly #characters = new WholeCharacters();
  readonly #capped: CappedOutput;
  readonly #listener: OutputListener | undefined;
  /** What waits for the end of what is kept back, so as not to stand before it. */
  #notes: string[] = [];
  #outputEnd = newline;
  #storedEnd = newline;
  #closed: Promise<void> | undefined;

  constructor(file: LogFile, { secrets, maxBytes, listener }: LogOptions) {
    this.#file = file;
    this.#listener = listener;
    this.#finder = new SecretFinder(secrets);
    this.#masker = new SecretMasker(this.#finder);
    this.#capped = new CappedOutput(maxBytes, file.size);
  }

  get failure(): Error | undefined {
    return this.#file.failure;
  }

  async write(chunk: Uint8Array): Promise<void> {
    if (this.#closed !== undefined) return;
    this.#addOutput(this.#characters.write(this.#masker.write(chunk)));
    this.#addNotes();
    await this.#file.room();
  }

  async note(line: string): Promise<void> {
    if (this.#closed !== undefined) return;
    this.#notes.push(line);
    if (!this.#masker.isHolding && !this.#characters.isHolding) this.#addNotes();
    await this.#file.room();
  }

  async flush(): Promise<number> {
    await this.#file.flush();
    return this.#file.size;
  }

  async close(): Promise<void> {
    this.#closed ??= this.#finish();
    await this.#closed;
  }

  async #finish(): Promise<void> {
    this.#addOutput(this.#characters.write(this.#masker.end()));
    this.#addOutput(this.#characters.end());
    this.#listener?.end();
    this.#addNotes();
    this.#store(this.#capped.end());
    await this.#file.flush();
    this.#tellLoss();
    await this.#file.close();
  }

  #addOutput(bytes: Buffer): void {
    this.#listener?.add(bytes);
    this.#add(bytes);
  }

  #addNotes(): void {
    for (const note of this.#notes) this.#add(noteAfter(this.#outputEnd, maskText(note, this.#finder)));
    this.#notes = [];
  }

  /** Adds what is fit to be stored, as far as it is not too much. */
  #add(bytes: Buffer): void {
    this.#outputEnd = bytes.at(-1) ?? this.#outputEnd;
    this.#store(this.#capped.write(bytes));
  }

  #store(pieces: readonly Piece[]): void {
    this.#tellLoss();
    for (const piece of pieces) {
      this.#append("note" in piece ? noteAfter(this.#storedEnd, piece.note) : piece.output);
    }
  }

  #tellLoss(): void {
    const { lostBytes, failure } = this.#file;
    if (lostBytes === 0) return;
    this.#file.lostBytes = 0;
    this.#append(noteAfter(this.#storedEnd, `${lostBytes} bytes could not be stored here: ${failure?.message}`));
  }

  #append(bytes: Buffer): void {
    this.#storedEnd = bytes.at(-1) ?? this.#storedEnd;
    this.#file.append(bytes);
  }
}

/** Lines of the platform's own words, after output that ends with this byte. */
function noteAfter(last: number, text: string): Buffer {
  const lines = text.split(/\r?\n/).map((line) => `[platform] ${line}\n`);
  return Buffer.from(`${last === newline ? "" : "\n"}${lines.join("")}`);
}
