import { Bell } from "../bell.ts";
import type { Channel, Wakeups } from "../db/wakeups.ts";
import { untilNext } from "../until-next.ts";

export interface AttendOptions {
  readonly wakeups: Wakeups;
  /** What tells that there may be something to do. */
  readonly channels: readonly Channel[];
  /** How many do it at the same time: one that is slow does not hold the others up. */
  readonly lanes?: number;
  /** How often it is looked for what nothing has told of, in milliseconds. */
  readonly poll: number;
  /** Does what there is to do, until there is nothing left or the signal. */
  readonly work: (signal: AbortSignal) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

/** Does what rows ask for, when something tells of it and now and then, until it is closed. */
export function attendRows(options: AttendOptions): { close(): Promise<void> } {
  const { wakeups, channels, lanes = 1, poll, work, onError } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const bells = Array.from({ length: lanes }, () => new Bell());
  const ring = () => {
    for (const bell of bells) bell.ring();
  };
  const stopListening = channels.map((channel) => wakeups.on(channel, ring));
  const attend = async (bell: Bell) => {
    while (!signal.aborted) {
      await work(signal).catch(onError);
      await bell.wait(untilNext(poll), signal);
    }
  };
  const running = bells.map(attend);
  return {
    close: async () => {
      stopping.abort();
      for (const stop of stopListening) stop();
      await Promise.all(running);
    },
  };
}
