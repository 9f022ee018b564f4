/** The log of a step that runs. Nothing here fails because of the disk: a log must not decide what becomes of a step. */
export interface LogWriter {
  /**
   * Adds output as it came, in pieces of any size. It is in storage about 100 ms later; the promise is pending while
   * more waits to be stored than should be held in memory.
   */
  write(chunk: Uint8Array): Promise<void>;
  /** Adds a line of the platform's own words, which is marked as such and starts a new line. */
  note(line: string): Promise<void>;
  /** Stores what is left, durably. May be called again. */
  close(): Promise<void>;
  /** Why a part of the log could not be stored; undefined when all of it was. */
  readonly failure: Error | undefined;
}
