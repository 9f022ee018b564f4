import { type Kysely, sql } from "kysely";

/** Users, tokens, roles and projects. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function set_updated_at() returns trigger language plpgsql as $$
    begin
      new.updated_at = now();
      return new;
    end $$;

    create table users (
      id uuid primary key default gen_random_uuid(),
      name text not null unique,
      display_name text,
      email text not null unique,
      user_type text not null default 'human' check (user_type in ('human', 'agent', 'service_account')),
      is_active boolean not null default true,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    );
    create trigger users_updated before update on users for each row execute function set_updated_at();

    create table roles (
      id uuid primary key default gen_random_uuid(),
      name text not null unique,
      description text,
      is_system boolean not null default false,
      created_at timestamptz not null default now()
    );

    create table permissions (
      id uuid primary key default gen_random_uuid(),
      name text not null unique
    );

    create table role_permissions (
      role_id uuid not null references roles on delete cascade,
      permission_id uuid not null references permissions on delete cascade,
      primary key (role_id, permission_id)
    );

    create table projects (
      id uuid primary key default gen_random_uuid(),
      owner_id uuid not null references users on delete restrict,
      name text not null,
      display_name text,
      description text,
      visibility text not null default 'private' check (visibility in ('private', 'internal', 'public')),
      default_branch text not null default 'main',
      agent_image text,
      is_active boolean not null default true,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    );
    -- The name of a deleted project is free again.
    create unique index projects_name on projects (owner_id, name) where is_active;
    create index projects_created on projects (created_at desc, id) where is_active;
    create trigger projects_updated before update on projects for each row execute function set_updated_at();

    create table user_roles (
      id uuid primary key default gen_random_uuid(),
      user_id uuid not null references users on delete cascade,
      role_id uuid not null references roles on delete cascade,
      project_id uuid references projects on delete cascade,
      granted_by uuid references users on delete set null,
      created_at timestamptz not null default now(),
      unique nulls not distinct (user_id, role_id, project_id)
    );

    create table api_tokens (
      id uuid primary key default gen_random_uuid(),
      user_id uuid not null references users on delete cascade,
      name text not null,
      token_hash text not null unique,
      scopes text[] not null default '{}',
      project_id uuid references projects on delete cascade,
      last_used_at timestamptz,
      expires_at timestamptz,
      created_at timestamptz not null default now()
    );
    create index api_tokens_user on api_tokens (user_id);
  `.execute(db);
}
