import type { RunningStep } from "../../runtime/runtime.ts";
import type { StopCause } from "./outcome.ts";

/** The way to end a step from outside, whether it is being prepared or runs. */
export class StepControl {
  readonly #stopping = new AbortController();
  #cause: StopCause | undefined;
  #running: RunningStep | undefined;

  /** Why the step is to end; the first cause that was given. */
  get cause(): StopCause | undefined {
    return this.#cause;
  }

  /** Aborted as soon as there is a cause. */
  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  get hasStarted(): boolean {
    return this.#running !== undefined;
  }

  /** Gives it the step once that runs; what was asked for before then is done now. */
  take(running: RunningStep): void {
    this.#running = running;
    if (this.#cause !== undefined) this.stop(this.#cause);
  }

  /** Ends the step. One whose platform has no lease any more has no time to end by itself. */
  stop(cause: StopCause): void {
    this.#cause ??= cause;
    this.#stopping.abort();
    if (cause === "unleased") void this.#running?.dispose();
    else this.#running?.stop();
  }

  /** Shows the runtime that the lease is held. */
  keepAlive(): void {
    this.#running?.keepAlive();
  }

  /** Ends and removes all that is left of the step. */
  async dispose(): Promise<void> {
    await this.#running?.dispose();
  }
}
