/** What a runtime runs, as far as ending it goes. */
interface Stoppable {
  stop(): void;
  keepAlive(): void;
  dispose(): Promise<void>;
}

/** The way to end what a runtime runs from outside, whether it is being prepared or runs. */
export class RunControl<Cause extends string, Running extends Stoppable = Stoppable> {
  readonly #stopping = new AbortController();
  #cause: Cause | undefined;
  #isUrgent = false;
  #running: Running | undefined;

  /** Why it is to end; the first cause that was given. */
  get cause(): Cause | undefined {
    return this.#cause;
  }

  /** Aborted as soon as there is a cause. */
  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  /** What runs; undefined while it is prepared. */
  get running(): Running | undefined {
    return this.#running;
  }

  /** Gives it what runs once that does; what was asked for before then is done now. */
  take(running: Running): void {
    this.#running = running;
    if (this.#cause !== undefined) this.#end();
  }

  /** Asks it to end. */
  stop(cause: Cause): void {
    this.#cause ??= cause;
    this.#stopping.abort();
    this.#end();
  }

  /** Ends it at once: there is no time for it to end by itself. */
  kill(cause: Cause): void {
    this.#isUrgent = true;
    this.stop(cause);
  }

  /** Shows the runtime that the lease is held. */
  keepAlive(): void {
    this.#running?.keepAlive();
  }

  /** Ends and removes all that is left of it. */
  async dispose(): Promise<void> {
    await this.#running?.dispose();
  }

  #end(): void {
    // Whoever disposes of it in the end is told what went wrong.
    if (this.#isUrgent) this.#running?.dispose().catch(() => {});
    else this.#running?.stop();
  }
}
