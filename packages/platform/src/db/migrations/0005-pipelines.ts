import { type Kysely, sql } from "kysely";

/** Pipelines with their steps and artifacts, and the secrets that steps get. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table pipelines (
      id uuid primary key default gen_random_uuid(),
      project_id uuid not null references projects on delete cascade,
      trigger text not null check (trigger in ('push', 'api', 'schedule', 'mr')),
      git_ref text not null,
      -- The branch that git_ref names, whichever way it names it; null for tags and commits.
      branch text,
      commit_sha text,
      status text not null default 'pending'
        check (status in ('pending', 'running', 'success', 'failure', 'cancelled')),
      triggered_by uuid references users on delete set null,
      reason text,
      message text,
      -- The definition as it was in the commit, checked: what a retry runs again.
      definition jsonb,
      run integer not null default 1,
      created_at timestamptz not null default now(),
      started_at timestamptz,
      finished_at timestamptz
    );
    create index pipelines_project on pipelines (project_id, created_at desc, id);
    create index pipelines_commit on pipelines (project_id, commit_sha, created_at desc);
    create index pipelines_branch on pipelines (project_id, branch, created_at desc) where branch is not null;
    create index pipelines_unfinished on pipelines (project_id, branch) where status in ('pending', 'running');

    create table pipeline_steps (
      id uuid primary key default gen_random_uuid(),
      pipeline_id uuid not null references pipelines on delete cascade,
      project_id uuid not null references projects on delete cascade,
      step_order integer not null,
      name text not null,
      image text not null,
      status text not null default 'pending'
        check (status in ('pending', 'running', 'success', 'failure', 'skipped')),
      depends_on text[] not null default '{}',
      -- Set once the step may run: what came before it has ended, and its conditions hold.
      ready_at timestamptz,
      -- The lease: who runs it, until when by the database's clock, and how often it was claimed. Every write of a
      -- worker is guarded by all three; a claim outlives the status until the process has really ended.
      claimed_by uuid,
      claim_expires_at timestamptz,
      attempt integer not null default 0,
      -- How often in a row it was claimed and lost before its process was started.
      lost_claims integer not null default 0,
      -- Set before its process is started: from then on it may have done something, and is never run again by itself.
      started_at timestamptz,
      finished_at timestamptz,
      exit_code integer,
      reason text,
      message text,
      log_ref text,
      created_at timestamptz not null default now(),
      unique (pipeline_id, name),
      unique (pipeline_id, step_order)
    );
    create index pipeline_steps_ready on pipeline_steps (ready_at, step_order) where status = 'pending' and ready_at is not null;
    create index pipeline_steps_claimed on pipeline_steps (claim_expires_at) where claimed_by is not null;

    create table artifacts (
      id uuid primary key default gen_random_uuid(),
      pipeline_id uuid not null references pipelines on delete cascade,
      step_id uuid references pipeline_steps on delete set null,
      name text not null,
      path text not null,
      kind text not null check (kind in ('file', 'directory')),
      -- Where its bytes are, relative to the artifact store.
      store_key text not null,
      content_type text,
      size_bytes bigint not null,
      expires_at timestamptz,
      created_at timestamptz not null default now(),
      -- A step that is run again replaces what it left.
      unique (pipeline_id, name)
    );
    create index artifacts_expiry on artifacts (expires_at) where expires_at is not null;

    create table secrets (
      id uuid primary key default gen_random_uuid(),
      project_id uuid references projects on delete cascade,
      name text not null,
      -- AES-256-GCM under the master key: nonce, ciphertext, tag.
      encrypted_value bytea not null,
      scope text not null check (scope in ('pipeline', 'agent', 'deploy', 'all')),
      version integer not null default 1,
      created_by uuid references users on delete set null,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      unique nulls not distinct (project_id, name)
    );
    create trigger secrets_updated before update on secrets for each row execute function set_updated_at();

    alter table ref_updates
      -- How often acting on it has failed, and when it is worth trying again.
      add column failures integer not null default 0,
      add column retry_at timestamptz;
    -- What may start a pipeline: the next one, and the next one of a ref. The planner has no idea how few they are.
    create index ref_updates_next on ref_updates (id)
      where processed_at is null and new_sha is not null and left(ref, 11) = 'refs/heads/';
    create index ref_updates_turn on ref_updates (project_id, ref, id)
      where processed_at is null and new_sha is not null and left(ref, 11) = 'refs/heads/';

    -- What was pushed before there were pipelines starts none.
    update ref_updates set processed_at = now() where processed_at is null;
  `.execute(db);
}
