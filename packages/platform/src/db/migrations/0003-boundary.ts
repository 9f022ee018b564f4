import { type Kysely, sql } from "kysely";

/** The audit log, and the answers that repeated requests get again. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- Refers to nothing: what happened stays on record when those it happened to are gone.
    create table audit_log (
      id bigint generated always as identity primary key,
      -- Of the statement and not of the transaction, which may have waited.
      recorded_at timestamptz not null default clock_timestamp(),
      actor_id uuid,
      actor_name text,
      actor_type text not null check (actor_type in ('human', 'agent', 'service_account', 'system', 'unknown')),
      on_behalf_of uuid,
      token_id uuid,
      action text not null,
      resource text,
      resource_id text,
      project_id uuid,
      before jsonb,
      after jsonb,
      ip text,
      outcome text not null check (outcome in ('done', 'refused')),
      request_id text
    );
    create index audit_log_project on audit_log (project_id, recorded_at desc) where project_id is not null;
    create index audit_log_actor on audit_log (actor_id, recorded_at desc) where actor_id is not null;
    create index audit_log_time on audit_log (recorded_at desc);

    create function refuse_audit_change() returns trigger language plpgsql as $$
    begin
      raise exception 'the audit log is only added to' using errcode = 'insufficient_privilege';
    end $$;
    create trigger audit_log_append_only before update or delete or truncate on audit_log
      for each statement execute function refuse_audit_change();

    -- A row without an answer is locked while its request runs. Unlocked, nothing was done: the key is free.
    create table idempotency_keys (
      user_id uuid not null references users on delete cascade,
      key text not null,
      -- SHA-256 of method, path and body of the request that runs or was answered.
      fingerprint text,
      status smallint,
      -- The answer's body as it was sent; null when it held a secret.
      body text,
      -- What a request whose answer held a secret has made.
      resource_id text,
      created_at timestamptz not null default now(),
      primary key (user_id, key)
    );
    create index idempotency_keys_created on idempotency_keys (created_at);
  `.execute(db);
}
