import { type Kysely, sql } from "kysely";

/** Pushes: what may change a default branch, which ref changes are known, and when a repository is looked after. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table projects
      add column allow_agent_push_to_default boolean not null default false,
      add column allow_force_push_to_default boolean not null default false,
      add column deleted_at timestamptz;
    update projects set deleted_at = updated_at where not is_active;

    -- One row a repository from its first push on; who records its refs holds the row's lock.
    create table repositories (
      project_id uuid primary key references projects on delete cascade,
      refs_recorded_at timestamptz,
      changed_at timestamptz not null default now(),
      maintained_at timestamptz,
      repacked_at timestamptz,
      maintenance_until timestamptz
    );

    -- The refs as they were when they were last compared with the repository.
    create table recorded_refs (
      project_id uuid not null references projects on delete cascade,
      ref text not null,
      sha text not null,
      primary key (project_id, ref)
    );

    -- Changes that a push was allowed to make. Git makes them or not: the refs will tell.
    create table announced_ref_updates (
      id bigint generated always as identity primary key,
      push_id uuid not null,
      project_id uuid not null references projects on delete cascade,
      ref text not null,
      old_sha text,
      new_sha text,
      pusher_id uuid references users on delete set null,
      token_id uuid,
      ip text,
      request_id text,
      announced_at timestamptz not null default now()
    );
    create index announced_ref_updates_project on announced_ref_updates (project_id);

    -- Changes that happened, each once, in order for each ref.
    create table ref_updates (
      id bigint generated always as identity primary key,
      project_id uuid not null references projects on delete cascade,
      ref text not null,
      old_sha text,
      new_sha text,
      source text not null check (source in ('push', 'reconcile')),
      push_id uuid,
      pusher_id uuid references users on delete set null,
      token_id uuid,
      recorded_at timestamptz not null default now(),
      processed_at timestamptz
    );
    create index ref_updates_project on ref_updates (project_id, id);
    create index ref_updates_unprocessed on ref_updates (id) where processed_at is null;
  `.execute(db);
}
