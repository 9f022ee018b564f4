import { setTimeout as delay } from "node:timers/promises";

/** Wakes whoever waits; rung while nobody does, it wakes the next one at once. */
export class Bell {
  #ringing = Promise.withResolvers<void>();

  ring(): void {
    this.#ringing.resolve();
  }

  /** Until it rings, milliseconds have passed, or the signal. */
  async wait(milliseconds: number, signal: AbortSignal): Promise<void> {
    const waiting = new AbortController();
    const stop = AbortSignal.any([signal, waiting.signal]);
    await Promise.race([this.#ringing.promise, delay(milliseconds, undefined, { signal: stop }).catch(() => {})]);
    waiting.abort();
    this.#ringing = Promise.withResolvers<void>();
  }
}
