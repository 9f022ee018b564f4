import { type Kysely, sql } from "kysely";

/** Sessions of agents, and what happened in them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table agent_sessions (
      id uuid primary key default gen_random_uuid(),
      project_id uuid not null references projects on delete cascade,
      -- Who asked for it, and the user that the agent is.
      user_id uuid not null references users,
      agent_user_id uuid not null unique references users,
      prompt text not null,
      provider text not null,
      branch text not null,
      role text not null check (role in ('dev', 'ops', 'admin', 'ui')),
      -- What the request said, and what of it counts: the image once its defaults are applied.
      config jsonb not null,
      image text not null,
      delegate_deploy boolean not null,
      delegate_observe boolean not null,
      status text not null default 'pending'
        check (status in ('pending', 'running', 'completed', 'failed', 'stopped')),
      stop_requested_at timestamptz,
      -- How long it may run; expires_at is set by it when the session starts, and moved by an extension. Before that,
      -- expires_at is a limit, if the credential by which the session was asked for sets one.
      deadline_minutes integer not null,
      expires_at timestamptz,
      -- The lease: who looks after it, until when by the database's clock, and how often it was claimed.
      claimed_by uuid,
      claim_expires_at timestamptz,
      attempt integer not null default 0,
      lost_claims integer not null default 0,
      -- Until when one waits whose start has failed.
      not_before timestamptz,
      -- Set before its process is started: from then on the agent may have done something, and is never started again.
      started_at timestamptz,
      finished_at timestamptz,
      -- What runs it, in the runtime's own words, and how far its output was read.
      pod_name text,
      output_cursor text,
      -- Where the output is kept, and how many bytes of it there were at the cursor.
      log_ref text,
      log_bytes bigint not null default 0,
      reason text,
      message text,
      exit_code integer,
      turns integer,
      cost_usd double precision,
      cost_tokens bigint,
      commit_sha text,
      -- The number of its last event; counted up in the transaction that adds one.
      last_event integer not null default 0,
      created_at timestamptz not null default now()
    );
    create index agent_sessions_project on agent_sessions (project_id, created_at desc, id);
    create index agent_sessions_pending on agent_sessions (created_at) where status = 'pending';
    create index agent_sessions_unfinished on agent_sessions (id) where status in ('pending', 'running');
    create index users_active_agents on users (id) where user_type = 'agent' and is_active;
    create index agent_sessions_claimed on agent_sessions (claim_expires_at) where claimed_by is not null;

    create table session_events (
      id uuid not null default gen_random_uuid(),
      session_id uuid not null references agent_sessions on delete cascade,
      number integer not null,
      kind text not null,
      message text not null,
      metadata jsonb,
      -- Who said a message.
      user_id uuid references users on delete set null,
      created_at timestamptz not null default clock_timestamp(),
      primary key (session_id, number)
    );

    -- Which platform this is, among those that run things in the same cluster.
    create table installation (
      id uuid not null default gen_random_uuid(),
      is_only boolean primary key default true check (is_only)
    );
    insert into installation default values;
  `.execute(db);
}
