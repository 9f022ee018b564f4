import { type RawBuilder, type SqlBool, sql } from "kysely";
import type { Queryable } from "./queryable.ts";

/**
 * A table whose rows are work that one process at a time does: `claimed_by` says which, `claim_expires_at` until when it
 * may, `attempt` counts how often the row was claimed, `status` is `pending` before and `running` under a claim.
 */
type ClaimedTable = "pipeline_steps" | "agent_sessions" | "workloads" | "webhook_deliveries";

/** A row that was claimed, and the how manieth time: what every later write about it must repeat (`held`). */
export interface Claim {
  readonly id: string;
  readonly attempt: number;
}

/** A claim as the database knows it at the moment. */
export interface KeptClaim extends Claim {
  /** No longer `running`: whoever changed that wants the work to end. */
  readonly status: string;
  /** Milliseconds until it expires; negative when it has, though nobody has acted on that yet. */
  readonly remaining: number;
}

/** A claim that its claimant can no longer be doing anything under. */
export interface AbandonedClaim extends Claim {
  readonly claimedBy: string;
}

export interface ClaimsOptions {
  readonly table: ClaimedTable;
  /** This process, for as long as it lives. */
  readonly claimant: string;
  /** Milliseconds that a claim lasts unless it is extended. */
  readonly lease: number;
  /** Whether every claim of another claimant is abandoned: true where there cannot be a second process. */
  readonly isAlone: boolean;
}

/** Claims on the rows of a table. Time is the database's alone, so that clocks that disagree do no harm. */
export class Claims {
  readonly lease: number;
  /** A claim of which fewer milliseconds are left is to be extended. */
  readonly enough: number;
  readonly #table: RawBuilder<unknown>;
  readonly #claimant: string;
  readonly #isAlone: boolean;

  constructor({ table, claimant, lease, isAlone }: ClaimsOptions) {
    this.lease = lease;
    this.enough = (lease * 2) / 3;
    this.#table = sql.table(table);
    this.#claimant = claimant;
    this.#isAlone = isAlone;
  }

  /** Claims rows that wait and that `which` holds for, in this order; never one that somebody else is claiming. */
  async claim(
    db: Queryable,
    { which, order, limit }: { which: RawBuilder<SqlBool>; order: RawBuilder<unknown>; limit: number },
  ): Promise<readonly Claim[]> {
    const free = sql`status = 'pending' and claimed_by is null and ${which}`;
    // The condition is repeated because a row can change between being found and being locked.
    const { rows } = await sql<Claim>`
      with next as materialized (
        select id as next_id from ${this.#table} where ${free} order by ${order} limit ${limit}
        for update skip locked
      )
      update ${this.#table} set status = 'running', claimed_by = ${this.#claimant}, attempt = attempt + 1,
        claim_expires_at = ${this.#leaseFromNow()}
      from next where id = next_id and ${free}
      returning id, attempt`.execute(db);
    return rows;
  }

  /**
   * Looks how the claims stand, and extends those of which more than a third is over. What is missing in the answer is
   * somebody else's now. A row that is being changed at the moment is extended by a later call.
   */
  async keep(db: Queryable, claims: readonly Claim[]): Promise<readonly KeptClaim[]> {
    if (claims.length === 0) return [];
    const { rows } = await sql<KeptClaim>`
      with held as materialized (
        select id as held_id, attempt as held_attempt from ${this.#table}
        where claimed_by = ${this.#claimant} and (id, attempt) in (
          select * from unnest(${claims.map(({ id }) => id)}::uuid[], ${claims.map(({ attempt }) => attempt)}::int[])
        )
      ), due as materialized (
        select id as due_id from ${this.#table} join held on id = held_id and attempt = held_attempt
        where claim_expires_at < now() + ${this.#seconds(this.enough)} for update of ${this.#table} skip locked
      ), extended as (
        update ${this.#table} set claim_expires_at = ${this.#leaseFromNow()}
        from due where id = due_id and claimed_by = ${this.#claimant} returning id as extended_id
      )
      select id, attempt, status, case when extended_id is null
        then (extract(epoch from claim_expires_at - now()) * 1000)::float8 else ${this.lease}::float8 end as remaining
      from ${this.#table} join held on id = held_id and attempt = held_attempt left join extended on id = extended_id
    `.execute(db);
    return rows;
  }

  /** Gives a row back as if it had not been claimed, but for `attempt`. False when it is not ours any more. */
  async release(db: Queryable, claim: Claim): Promise<boolean> {
    const { numAffectedRows } = await sql`
      update ${this.#table} set claimed_by = null, claim_expires_at = null,
        status = case status when 'running' then 'pending' else status end
      where ${this.held(claim)}`.execute(db);
    return numAffectedRows === 1n;
  }

  /** True for the row while this process holds the claim: the guard of every write about it. */
  held({ id, attempt }: Claim): RawBuilder<SqlBool> {
    return sql<SqlBool>`id = ${id} and attempt = ${attempt} and claimed_by = ${this.#claimant}`;
  }

  /** Claims of processes that are gone, or have not shown themselves for a whole lease, in order of their ids. */
  async abandoned(
    db: Queryable,
    { after, limit }: { after: string | null; limit: number },
  ): Promise<readonly AbandonedClaim[]> {
    const { rows } = await sql<AbandonedClaim>`
      select id, attempt, claimed_by as "claimedBy" from ${this.#table}
      where claimed_by is not null and ${this.#isAbandoned()} and (${after}::uuid is null or id > ${after}::uuid)
      order by id limit ${limit}`.execute(db);
    return rows;
  }

  /** True for the row while the claim is still an abandoned one: the guard of every write about it. */
  stillAbandoned({ id, attempt, claimedBy }: AbandonedClaim): RawBuilder<SqlBool> {
    return sql<SqlBool>`id = ${id} and attempt = ${attempt} and claimed_by = ${claimedBy} and ${this.#isAbandoned()}`;
  }

  /** Makes an abandoned claim on work that goes on one of this process; undefined when somebody else was quicker. */
  async takeOver(db: Queryable, claim: AbandonedClaim): Promise<Claim | undefined> {
    const { rows } = await sql<Claim>`
      update ${this.#table} set claimed_by = ${this.#claimant}, attempt = attempt + 1,
        claim_expires_at = ${this.#leaseFromNow()}
      where ${this.stillAbandoned(claim)} and status = 'running'
      returning id, attempt`.execute(db);
    return rows[0];
  }

  /** Leaves work that goes on to whoever takes it over, without waiting for the lease. False when it is not ours any more. */
  async abandon(db: Queryable, claim: Claim): Promise<boolean> {
    const { numAffectedRows } = await sql`
      update ${this.#table} set claim_expires_at = now() - ${this.#seconds(1000)} where ${this.held(claim)}`.execute(
      db,
    );
    return numAffectedRows === 1n;
  }

  #isAbandoned(): RawBuilder<SqlBool> {
    const isDead = this.#isAlone ? sql`claimed_by <> ${this.#claimant}` : sql`false`;
    return sql<SqlBool>`(claim_expires_at < now() or ${isDead})`;
  }

  #leaseFromNow(): RawBuilder<unknown> {
    return sql`now() + ${this.#seconds(this.lease)}`;
  }

  #seconds(milliseconds: number): RawBuilder<unknown> {
    return sql`make_interval(secs => ${milliseconds / 1000})`;
  }
}
