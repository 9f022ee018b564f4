import { type Kysely, sql } from "kysely";

/** Passwords, login sessions and delegations. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table users add column description text;

    -- A table of their own: no query for users can give them away.
    create table passwords (
      user_id uuid primary key references users on delete cascade,
      -- argon2id in PHC format.
      hash text not null
    );

    create table login_sessions (
      id uuid primary key default gen_random_uuid(),
      user_id uuid not null references users on delete cascade,
      token_hash text not null unique,
      expires_at timestamptz not null,
      created_at timestamptz not null default now()
    );
    create index login_sessions_user on login_sessions (user_id);
    create index login_sessions_expiry on login_sessions (expires_at);

    create table delegations (
      id uuid primary key default gen_random_uuid(),
      delegator_id uuid not null references users on delete cascade,
      delegate_id uuid not null references users on delete cascade,
      permission_id uuid not null references permissions on delete cascade,
      project_id uuid references projects on delete cascade,
      expires_at timestamptz,
      reason text,
      created_at timestamptz not null default now(),
      revoked_at timestamptz,
      check (delegator_id <> delegate_id)
    );
    -- Once revoked, the same may be delegated anew.
    create unique index delegations_live on delegations (delegate_id, delegator_id, permission_id, project_id)
      nulls not distinct where revoked_at is null;
    create index delegations_delegator on delegations (delegator_id);
    create index delegations_delegate on delegations (delegate_id);

    create index user_roles_role on user_roles (role_id);
  `.execute(db);
}
