import { setTimeout as delay } from "node:timers/promises";

/** Wakes whoever waits; rung while nobody does, it wakes the next one at once. */
export class Bell {
  #ringing = Promise.withResolvers<void>();

  ring(): void {
    this.#ringing.resolve();
  }

  /** Until it rings, milliseconds have passed, or the signal; true when it rang. */
  async wait(milliseconds: number, signal: AbortSignal): Promise<boolean> {
    const waiting = new AbortController();
    const stop = AbortSignal.any([signal, waiting.signal]);
    const rang = this.#ringing.promise.then(() => true);
    const passed = delay(milliseconds, false, { signal: stop }).catch(() => false);
    const isRung = await Promise.race([rang, passed]);
    waiting.abort();
    this.#ringing = Promise.withResolvers<void>();
    return isRung;
  }
}
