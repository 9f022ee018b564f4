import { type Kysely, sql } from "kysely";

/** Deployments and previews, the repositories of their manifests, and webhooks. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- The project's name in host names: unique, made when it is first needed, and kept when the project is renamed.
    alter table projects add column dns_label text;
    -- Partial, so that setting it is no change of a key: that would wait for whoever writes something of the project.
    create unique index projects_dns_label on projects (dns_label) where dns_label is not null;

    create table ops_repos (
      id uuid primary key default gen_random_uuid(),
      name text not null unique,
      repo_url text not null,
      branch text not null,
      path text not null,
      sync_interval_s integer not null,
      -- What it was at when it was last fetched.
      current_sha text,
      synced_at timestamptz,
      sync_error text,
      -- When it is fetched again, and until when whoever fetches it now may take.
      sync_at timestamptz not null default now(),
      sync_claimed_until timestamptz,
      created_at timestamptz not null default now()
    );

    -- What the platform keeps running: the deployments of projects, one an environment, and the previews of branches.
    create table workloads (
      id uuid primary key default gen_random_uuid(),
      project_id uuid not null references projects on delete cascade,
      kind text not null check (kind in ('deployment', 'preview')),
      environment text check (environment in ('preview', 'staging', 'production')),
      branch text,
      branch_slug text,
      -- Its name in host names, unique in the project; of a preview the slug, unless that is an environment's name.
      label text not null,

      -- What is wanted; generation counts its changes.
      generation integer not null default 1,
      action text not null default 'deploy' check (action in ('deploy', 'rollback', 'stop', 'scale')),
      desired_status text not null default 'active' check (desired_status in ('active', 'stopped')),
      image_ref text not null,
      values_override jsonb,
      ops_repo_id uuid references ops_repos,
      manifest_path text,
      commit_sha text,
      pipeline_id uuid references pipelines on delete set null,
      -- When that pipeline was made, or somebody has changed it themselves: a pipeline made before changes nothing any more.
      pipeline_created_at timestamptz,
      -- Set when it is to be torn down; then, once nothing of it runs, the row is deleted.
      removal_reason text,

      -- What is.
      observed_generation integer not null default 0,
      -- The last one that became what was wanted.
      reached_generation integer not null default 0,
      current_status text not null default 'pending'
        check (current_status in ('pending', 'syncing', 'healthy', 'degraded', 'failed', 'stopped')),
      reason text,
      message text,
      last_transition_at timestamptz not null default now(),
      failures integer not null default 0,
      stalled boolean not null default false,
      -- After a failure: when it is tried again.
      next_attempt_at timestamptz,
      url text,
      -- The commit of the ops repo that is applied.
      current_sha text,
      deployed_by uuid references users on delete set null,
      deployed_at timestamptz,

      -- Of a preview.
      ttl_hours integer,
      expires_at timestamptz,

      -- When somebody should look at it again, and whether somebody does: the claim, as of a step.
      reconcile_at timestamptz not null default now(),
      status text not null default 'pending' check (status in ('pending', 'running')),
      claimed_by uuid,
      claim_expires_at timestamptz,
      attempt integer not null default 0,

      created_by uuid references users on delete set null,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      check ((kind = 'deployment') = (environment is not null)),
      check ((kind = 'preview') = (branch is not null and branch_slug is not null and expires_at is not null)),
      unique (project_id, environment),
      unique (project_id, branch_slug),
      unique (project_id, branch),
      unique (project_id, label)
    );
    create index workloads_due on workloads (reconcile_at) where status = 'pending';
    create index workloads_claimed on workloads (claim_expires_at) where claimed_by is not null;
    create index workloads_previews on workloads (project_id, created_at desc) where kind = 'preview';
    create index workloads_ops_repo on workloads (ops_repo_id) where ops_repo_id is not null;

    -- What was tried with them, kept when they are gone.
    create table workload_history (
      id uuid primary key default gen_random_uuid(),
      project_id uuid not null references projects on delete cascade,
      workload_id uuid not null,
      kind text not null,
      environment text,
      branch text,
      branch_slug text,
      generation integer not null,
      action text not null,
      status text not null check (status in ('success', 'failure')),
      reason text,
      message text,
      image_ref text not null,
      values_override jsonb,
      ops_repo_id uuid references ops_repos on delete set null,
      manifest_path text,
      ops_repo_sha text,
      commit_sha text,
      deployed_by uuid references users on delete set null,
      created_at timestamptz not null default clock_timestamp()
    );
    create index workload_history_workload on workload_history (workload_id, created_at desc, id);
    create index workload_history_environment on workload_history (project_id, environment, created_at desc)
      where environment is not null;
    create index workload_history_branch on workload_history (project_id, branch) where branch is not null;
    create index workload_history_slug on workload_history (project_id, branch_slug, created_at desc)
      where branch_slug is not null;

    -- Pipelines that have succeeded and of which it has not been looked whether they deploy something.
    alter table pipelines add column deploy_checked_at timestamptz;
    -- How often looking has failed, and when it is worth trying again.
    alter table pipelines add column deploy_failures integer not null default 0, add column deploy_retry_at timestamptz;
    update pipelines set deploy_checked_at = now() where status = 'success';
    -- Of two pipelines of a branch, the newer is the one that was made later, whichever transaction began first.
    alter table pipelines alter column created_at set default clock_timestamp();
    -- When a branch was last pushed to, and which commits it was at.
    create index ref_updates_branch on ref_updates (project_id, ref, id);
    -- Which branches have been merged: asked for every preview, again and again.
    create index merge_requests_merged on merge_requests (project_id, source_branch) where status = 'merged';
    create index pipelines_to_deploy on pipelines (finished_at) where status = 'success' and deploy_checked_at is null;

    create table webhooks (
      id uuid primary key default gen_random_uuid(),
      project_id uuid not null references projects on delete cascade,
      url text not null,
      events text[] not null,
      -- As of secrets: AES-256-GCM under the master key.
      encrypted_secret bytea,
      active boolean not null default true,
      created_by uuid references users on delete set null,
      created_at timestamptz not null default now()
    );
    create index webhooks_project on webhooks (project_id, created_at);

    create table webhook_deliveries (
      id uuid primary key default gen_random_uuid(),
      webhook_id uuid not null references webhooks on delete cascade,
      event text not null,
      -- Kept as it was written: its bytes are what is signed.
      payload json not null,
      -- The claim, as of a step: pending before and between attempts, running in one.
      status text not null default 'pending' check (status in ('pending', 'running', 'delivered', 'failed')),
      claimed_by uuid,
      claim_expires_at timestamptz,
      attempt integer not null default 0,
      -- In the order in which events happened, also those of one transaction.
      next_attempt_at timestamptz not null default clock_timestamp(),
      attempts integer not null default 0,
      response_status integer,
      error text,
      created_at timestamptz not null default clock_timestamp(),
      delivered_at timestamptz
    );
    create index webhook_deliveries_due on webhook_deliveries (webhook_id, next_attempt_at) where status = 'pending';
    create index webhook_deliveries_claimed on webhook_deliveries (claim_expires_at) where claimed_by is not null;
    create index webhook_deliveries_webhook on webhook_deliveries (webhook_id, created_at desc, id);
  `.execute(db);
}
