import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "pino";
import { Bell } from "../../../bell.ts";
import type { Queryable } from "../../../db/queryable.ts";
import type { Wakeups } from "../../../db/wakeups.ts";
import { untilNext } from "../../../until-next.ts";
import type { Telemetry, TelemetryWriter } from "../../records.ts";
import { endedPipelines } from "./ended-pipelines.ts";
import { endedSessions } from "./ended-sessions.ts";

export interface TraceEndedOptions {
  /** By connections of its own. */
  readonly db: Queryable;
  readonly wakeups: Wakeups;
  readonly telemetry: Pick<TelemetryWriter, "offer">;
  readonly logger: Pick<Logger, "warn">;
}

/** How often it is looked for what has ended, and how long it rests at least in between, in milliseconds. */
const look = 5_000;
const rest = 500;

/**
 * Makes spans of pipelines and sessions that have ended, however that came about: whoever finds one notes that and tells
 * of it, once for all platforms on the database. What is found and cannot be stored is lost.
 */
export function startTracingEnded({ db, wakeups, telemetry, logger }: TraceEndedOptions): { close(): Promise<void> } {
  const stopping = new AbortController();
  const { signal } = stopping;
  const bell = new Bell();
  const deaf = (["pipelines", "sessions"] as const).map((channel) => wakeups.on(channel, () => bell.ring()));

  async function traceSome(find: (db: Queryable) => Promise<Telemetry | undefined>): Promise<void> {
    for (let found = await find(db); found !== undefined && !signal.aborted; found = await find(db)) {
      telemetry.offer(found);
    }
  }

  const running = (async () => {
    while (!signal.aborted) {
      try {
        await traceSome(endedPipelines);
        await traceSome(endedSessions);
      } catch (error) {
        if (!signal.aborted) logger.warn({ err: error }, "what has ended could not be traced");
      }
      await delay(rest, undefined, { signal }).catch(() => {});
      await bell.wait(untilNext(look), signal);
    }
  })();
  return {
    close: async () => {
      for (const stop of deaf) stop();
      stopping.abort();
      await running;
    },
  };
}
