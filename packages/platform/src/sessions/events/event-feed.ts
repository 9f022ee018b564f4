import { setTimeout as delay } from "node:timers/promises";
import { Bell } from "../../bell.ts";
import { inChunks } from "../../db/in-chunks.ts";
import type { Queryable } from "../../db/queryable.ts";
import type { Wakeups } from "../../db/wakeups.ts";
import { type EventPage, readEventPage } from "./event-page.ts";

/** How often it is looked whether something has happened that no notification told of, in milliseconds. */
const interval = 1000;

/** What the readers of one session have in common. */
interface Watched {
  readonly bells: Set<Bell>;
  /** Reads under way that are not older than the last event that was heard of, by where they begin. */
  readonly reads: Map<number, Promise<EventPage | undefined>>;
  /** The number of its last event when it was last looked. */
  seen: number | undefined;
}

/**
 * Hands the events of sessions to whoever follows them. However many do, new events are looked for in one statement for
 * all of them, and those who are equally far share what is read.
 */
export class EventFeed {
  readonly #db: Queryable;
  readonly #watched = new Map<string, Watched>();
  #isLooking = false;

  constructor({ db, wakeups }: { readonly db: Queryable; readonly wakeups: Wakeups }) {
    this.#db = db;
    wakeups.on("sessions", (sessionId) => this.#ring(sessionId));
  }

  /** A bell that rings when something may have happened in a session, until it is given back. */
  watch(sessionId: string): { readonly bell: Bell; stop(): void } {
    const bell = new Bell();
    const watched = this.#watched.get(sessionId) ?? { bells: new Set(), reads: new Map(), seen: undefined };
    watched.bells.add(bell);
    this.#watched.set(sessionId, watched);
    if (!this.#isLooking) void this.#look();
    return {
      bell,
      stop: () => {
        watched.bells.delete(bell);
        if (watched.bells.size === 0) this.#watched.delete(sessionId);
      },
    };
  }

  /** The events of a session after the one with a number; undefined when it is gone. */
  async page(sessionId: string, after: number): Promise<EventPage | undefined> {
    const reads = this.#watched.get(sessionId)?.reads;
    const known = reads?.get(after);
    if (known !== undefined) return await known;
    const read = readEventPage(this.#db, sessionId, after);
    reads?.set(after, read);
    try {
      return await read;
    } finally {
      if (reads?.get(after) === read) reads.delete(after);
    }
  }

  #ring(sessionId: string): void {
    const watched = this.#watched.get(sessionId);
    // A read that has begun already may not see what has happened.
    watched?.reads.clear();
    for (const bell of watched?.bells ?? []) bell.ring();
  }

  /** Looks at all that is watched, until nothing is. */
  async #look(): Promise<void> {
    this.#isLooking = true;
    while (this.#watched.size > 0) {
      await delay(interval, undefined, { ref: false });
      // A database that is away is asked again.
      for (const ids of inChunks([...this.#watched.keys()])) await this.#lookAt(ids).catch(() => {});
    }
    this.#isLooking = false;
  }

  async #lookAt(ids: readonly string[]): Promise<void> {
    const rows = await this.#db
      .selectFrom("agent_sessions")
      .where("id", "in", ids)
      .select(["id", "last_event as last"])
      .execute();
    for (const { id, last } of rows) {
      const watched = this.#watched.get(id);
      if (watched === undefined || watched.seen === last) continue;
      watched.seen = last;
      this.#ring(id);
    }
  }
}
