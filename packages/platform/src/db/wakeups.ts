import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";

/**
 * What is told between the platforms on one database, each with what it is about: a project whose refs have changed, a
 * pipeline of which a step may have become ready, been cancelled, or ended, a session in which something has happened,
 * a session that waits to be run or is to be stopped, a workload of which something else is wanted,
 * a project with an event for its webhooks.
 */
const channels = ["ref_updates", "pipelines", "sessions", "session_work", "workloads", "webhooks"] as const;
export type Channel = (typeof channels)[number];

/** NOTIFY as it comes in: hints that save waiting. Some are lost, so whoever uses them also looks by themselves. */
export interface Wakeups {
  /** Calls the listener with each payload until the function that it gives is called. */
  on(channel: Channel, listener: (payload: string) => void): () => void;
  close(): Promise<void>;
}

/** How often the connection must show that it is alive, and how long it may take to, in milliseconds. */
const CHECK_EVERY = 10_000;
const CHECK_LIMIT = 5_000;
/** Between two attempts to connect, in milliseconds. */
const PAUSE = 250;

/** Listens on one connection of its own to the pool's database, and connects again whenever that is lost. */
export function openWakeups(pool: pg.Pool): Wakeups {
  const listeners = new Map<string, Set<(payload: string) => void>>(channels.map((channel) => [channel, new Set()]));
  const stopping = new AbortController();
  const { signal } = stopping;
  const tell = ({ channel, payload = "" }: pg.Notification) => {
    for (const listener of listeners.get(channel) ?? []) listener(payload);
  };
  const running = listen(pool, tell, signal);
  return {
    on: (channel, listener) => {
      listeners.get(channel)?.add(listener);
      return () => listeners.get(channel)?.delete(listener);
    },
    close: async () => {
      stopping.abort();
      await running;
    },
  };
}

async function listen(pool: pg.Pool, tell: (message: pg.Notification) => void, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    // The pool's options themselves: a copy would leave out the password.
    const client = new pg.Client(pool.options);
    client.on("notification", tell);
    await listenUntilLost(client, signal).catch(() => {});
    // A connection that no longer answers is not waited for.
    await Promise.race([client.end().catch(() => {}), delay(PAUSE)]);
    await delay(PAUSE, undefined, { signal }).catch(() => {});
  }
}

/** Rejects when the connection is lost; resolves when the signal ends it. */
async function listenUntilLost(client: pg.Client, signal: AbortSignal): Promise<void> {
  const lost = new Promise<never>((_, reject) => {
    client.on("error", reject);
    client.on("end", () => reject(new Error("the connection has ended")));
  });
  const stopped = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  const listening = async () => {
    await client.connect();
    for (const channel of channels) await client.query(`LISTEN ${client.escapeIdentifier(channel)}`);
    while (!signal.aborted) {
      // A connection whose other end has vanished gives no error by itself.
      await Promise.race([client.query("SELECT 1"), tooLong()]);
      await delay(CHECK_EVERY, undefined, { signal }).catch(() => {});
    }
  };
  await Promise.race([listening(), lost, stopped]);
}

async function tooLong(): Promise<never> {
  await delay(CHECK_LIMIT, undefined, { ref: false });
  throw new Error("the connection does not answer");
}
