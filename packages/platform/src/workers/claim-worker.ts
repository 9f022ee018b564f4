import { setTimeout as delay } from "node:timers/promises";
import { Bell } from "../bell.ts";
import type { Claim, Claims } from "../db/claims.ts";
import type { Queryable } from "../db/queryable.ts";
import { repeat } from "../repeat.ts";
import { untilNext } from "../until-next.ts";
import type { ClaimedRun } from "./claimed-run.ts";
import { endUnleased, isToBeKept, keepClaims } from "./keep-claims.ts";

export interface ClaimWorkerOptions<Run extends ClaimedRun> {
  readonly claims: Claims;
  /** The database by connections of its own: claims are kept however many requests wait for the others. */
  readonly claimsDb: Queryable;
  /** How many run at the same time, beside those that rest. */
  readonly most: number;
  /** Removes what an earlier process left; nothing is claimed before that has succeeded. */
  readonly cleanUp: () => Promise<void>;
  /** Claims up to so many rows that wait. */
  readonly claim: (limit: number) => Promise<readonly Claim[]>;
  /** Begins the work of a claim that is held until then, by `performance.now()`. */
  readonly begin: (claim: Claim, heldUntil: number) => Run;
  /** Deals with the claims of platforms that are gone, but for its own; called now and then. */
  readonly sweep: (worker: ClaimWorker<Run>) => Promise<void>;
  /** Looks what else is wanted of what runs; called now and then, and when that may have changed. */
  readonly look?: (runs: readonly Run[]) => Promise<void>;
  /** How long it tries to record, when it closes, how what ran has ended, in milliseconds. */
  readonly lastWords: number;
  readonly onError: (error: unknown) => void;
}

/** How often it looks for work that nothing has told it of, in milliseconds. */
const POLL = 2_000;

/**
 * Does the work of a table's rows, each under a claim, until it is closed: then it ends what runs. What it does not get
 * to, another platform or the next start of this one does.
 */
export class ClaimWorker<Run extends ClaimedRun> {
  /** To be rung when there may be something to claim. */
  readonly ready = new Bell();
  /** To be rung when something may have changed about what runs. */
  readonly changed = new Bell();
  readonly #options: ClaimWorkerOptions<Run>;
  readonly #runs = new Set<Run>();
  /** Whether there may be more to claim than there was room for. */
  #mayLeaveSome = false;
  readonly #stopping = new AbortController();
  readonly #over = new AbortController();
  readonly #watch: NodeJS.Timeout;
  readonly #keeping: Promise<void>;
  readonly #working: Promise<void>;

  constructor(options: ClaimWorkerOptions<Run>) {
    this.#options = options;
    const { claims, claimsDb, look } = options;
    const tick = claims.lease / 15;
    this.#watch = setInterval(() => endUnleased(claims, this.#runs), tick);
    this.#keeping = this.#attend(this.changed, Math.min(tick, POLL), this.#over.signal, async (isRung) => {
      const asked = [...this.#runs].filter((run) => isRung || isToBeKept(claims, run));
      if (asked.length === 0) return;
      await keepClaims(claimsDb, claims, asked, this.#runs);
      await look?.(asked);
    });
    this.#working = this.#work();
  }

  get runs(): ReadonlySet<Run> {
    return this.#runs;
  }

  /** Whether this process works under the claim: then it keeps or ends it itself, though it has expired, as after a sleep. */
  readonly isOwn = ({ id, attempt }: Claim): boolean =>
    [...this.#runs].some(({ claim }) => claim.id === id && claim.attempt === attempt);

  /** Begins the work of a claim that is held until then. */
  begin(claim: Claim, heldUntil: number): void {
    const run = this.#options.begin(claim, heldUntil);
    this.#runs.add(run);
    if (this.#stopping.signal.aborted) run.close();
    void run.over.then(() => {
      this.#runs.delete(run);
      this.freed();
    });
  }

  /** To be called when a run begins to rest: somebody may have waited for its place. */
  freed(): void {
    if (this.#mayLeaveSome) this.ready.ring();
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    for (const run of this.#runs) run.close();
    await this.#working;
    const ended = Promise.all([...this.#runs].map((run) => run.over));
    const limit = new AbortController();
    const { lastWords } = this.#options;
    await Promise.race([ended, delay(lastWords, undefined, { signal: limit.signal }).catch(() => {})]);
    limit.abort();
    for (const run of this.#runs) run.abandon();
    await ended;
    this.#over.abort();
    clearInterval(this.#watch);
    await this.#keeping;
  }

  async #work(): Promise<void> {
    const { sweep, claims, onError } = this.#options;
    const { signal } = this.#stopping;
    await this.#cleanUp();
    await sweep(this).catch(onError);
    await Promise.all([
      this.#attend(this.ready, POLL, signal, () => this.#take()),
      repeat(() => sweep(this), { pause: claims.lease / 6, signal, onError }),
    ]);
  }

  async #take(): Promise<void> {
    const { claims, claim, most } = this.#options;
    const wanted = most - [...this.#runs].filter(({ isResting }) => isResting !== true).length;
    if (wanted <= 0) {
      this.#mayLeaveSome = true;
      return;
    }
    const heldUntil = performance.now() + claims.lease;
    const claimed = await claim(wanted);
    this.#mayLeaveSome = claimed.length === wanted;
    for (const one of claimed) this.begin(one, heldUntil);
  }

  /** Does something at each ring of a bell, and every so many milliseconds. */
  async #attend(
    bell: Bell,
    pause: number,
    signal: AbortSignal,
    work: (isRung: boolean) => Promise<void>,
  ): Promise<void> {
    const { claims, onError } = this.#options;
    for (let isRung = false; !signal.aborted; isRung = await bell.wait(untilNext(pause), signal)) {
      // A query on a connection whose other end has vanished may never end.
      await Promise.race([work(isRung), tooLong(claims.lease / 3)]).catch(onError);
    }
  }

  /** Until what an earlier process left is gone: what still ran could run a second time beside itself. */
  async #cleanUp(): Promise<void> {
    const done = new AbortController();
    const work = async () => {
      await this.#options.cleanUp();
      done.abort();
    };
    const signal = AbortSignal.any([this.#stopping.signal, done.signal]);
    await repeat(work, { pause: 5_000, signal, onError: this.#options.onError });
  }
}

async function tooLong(milliseconds: number): Promise<never> {
  await delay(milliseconds, undefined, { ref: false });
  throw new Error("it takes too long: the database does not answer");
}
