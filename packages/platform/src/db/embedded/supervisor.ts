import { setTimeout as delay } from "node:timers/promises";
import type { ReportEvent } from "../database-event.ts";
import { adopt, launch, type Postmaster, stop } from "./postmaster.ts";
import { clearRemains } from "./remains.ts";
import type { Server } from "./server.ts";

const LONGEST_PAUSE = 5_000;

/** Keeps one server running from start() to stop(), whatever kills it. */
export class Supervisor {
  readonly #server: Server;
  readonly #report: ReportEvent;
  readonly #stopping = new AbortController();
  #postmaster: Postmaster | undefined;
  #watch: Promise<void> = Promise.resolve();

  constructor(server: Server, report: ReportEvent) {
    this.#server = server;
    this.#report = report;
  }

  /** Adopts the running server, or starts one. Rejects with DatabaseStartError. */
  async start(): Promise<void> {
    this.#postmaster = await adopt(this.#server);
    if (this.#postmaster === undefined) {
      const crashed = await clearRemains(this.#server);
      this.#report({ kind: crashed ? "recovering" : "starting", detail: this.#server.layout.data });
      this.#postmaster = await launch(this.#server);
    } else {
      this.#report({ kind: "adopted", detail: `PostgreSQL ${this.#postmaster.pid} was still running` });
    }
    this.#watch = this.#keepRunning(this.#postmaster);
  }

  /** Stops the server and waits for its end. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#stopCurrent();
    await this.#watch;
    // A restart that was under way may have brought up another one.
    await this.#stopCurrent();
  }

  async #stopCurrent(): Promise<void> {
    if (this.#postmaster !== undefined) {
      await stop(this.#postmaster);
    }
  }

  async #keepRunning(first: Postmaster): Promise<void> {
    let postmaster = first;
    while (!this.#stopping.signal.aborted) {
      await postmaster.ended;
      if (this.#stopping.signal.aborted) {
        return;
      }
      this.#report({ kind: "died", detail: `PostgreSQL ${postmaster.pid} ended unexpectedly` });
      const next = await this.#restart();
      if (next === undefined) {
        return;
      }
      postmaster = next;
    }
  }

  /** Tries until it succeeds, or undefined once stop() was called. */
  async #restart(): Promise<Postmaster | undefined> {
    for (let pause = 100; !this.#stopping.signal.aborted; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
      try {
        await clearRemains(this.#server);
        this.#postmaster = await launch(this.#server);
        this.#report({ kind: "restarted", detail: `as PostgreSQL ${this.#postmaster.pid}` });
        return this.#postmaster;
      } catch (error) {
        this.#report({ kind: "restart-failed", detail: error instanceof Error ? error.message : String(error) });
        await delay(pause, undefined, { signal: this.#stopping.signal }).catch(() => {});
      }
    }
    return undefined;
  }
}
