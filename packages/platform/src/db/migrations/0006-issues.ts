import { type Kysely, sql } from "kysely";

/** Issues, merge requests, their comments and reviews. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table projects
      add column merge_requires_pipeline boolean not null default false,
      add column merge_requires_approval boolean not null default false,
      -- The last numbers given; counted up in the transaction that uses one.
      add column last_issue_number integer not null default 0,
      add column last_merge_request_number integer not null default 0;
    -- To count is not to change the project.
    drop trigger projects_updated on projects;
    create trigger projects_updated before update on projects for each row
      when (
        old.last_issue_number = new.last_issue_number
        and old.last_merge_request_number = new.last_merge_request_number
      )
      execute function set_updated_at();

    create table issues (
      id uuid primary key default gen_random_uuid(),
      project_id uuid not null references projects on delete cascade,
      number integer not null,
      author_id uuid not null references users,
      title text not null,
      body text,
      status text not null default 'open' check (status in ('open', 'closed')),
      labels text[] not null default '{}',
      assignee_id uuid references users on delete set null,
      closed_at timestamptz,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      unique (project_id, number)
    );
    create index issues_labels on issues using gin (labels);
    create index issues_assignee on issues (assignee_id) where assignee_id is not null;
    create trigger issues_updated before update on issues for each row execute function set_updated_at();

    create table merge_requests (
      id uuid primary key default gen_random_uuid(),
      project_id uuid not null references projects on delete cascade,
      number integer not null,
      author_id uuid not null references users,
      source_branch text not null,
      target_branch text not null,
      title text not null,
      body text,
      status text not null default 'open' check (status in ('open', 'merged', 'closed')),
      merged_by uuid references users on delete set null,
      merged_at timestamptz,
      -- What was merged, or was to be merged when it was closed; of an open one, what its branch was last recorded at.
      head_sha text,
      -- Where it left the target branch, so that its diff can be shown when it is no longer open.
      base_sha text,
      -- The commit that the target branch got by the merge.
      merge_commit_sha text,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      unique (project_id, number)
    );
    create unique index merge_requests_open on merge_requests (project_id, source_branch, target_branch)
      where status = 'open';
    create trigger merge_requests_updated before update on merge_requests
      for each row execute function set_updated_at();

    create table mr_reviews (
      id uuid primary key default gen_random_uuid(),
      project_id uuid not null references projects on delete cascade,
      mr_id uuid not null references merge_requests on delete cascade,
      reviewer_id uuid not null references users,
      verdict text not null check (verdict in ('approve', 'request_changes', 'comment')),
      body text,
      -- What was reviewed: a commit, to be merged into a branch. Of anything else the verdict says nothing.
      commit_sha text not null,
      target_branch text not null,
      -- Whether the credential that was used could write to the project.
      by_writer boolean not null,
      created_at timestamptz not null default clock_timestamp()
    );
    create index mr_reviews_mr on mr_reviews (mr_id, created_at);

    -- Merges that may have moved their target branch: announced like a push, under the same id. Found in the branch,
    -- whenever that is, the merge has happened.
    create table merge_attempts (
      push_id uuid primary key,
      mr_id uuid not null references merge_requests on delete cascade,
      target_ref text not null,
      head_sha text not null,
      base_sha text not null,
      merge_commit_sha text not null,
      merged_by uuid references users on delete set null
    );
    create index merge_attempts_mr on merge_attempts (mr_id);

    -- What the audit log calls it: a push, or a merge.
    alter table announced_ref_updates add column action text not null default 'git push';

    create table comments (
      id uuid primary key default gen_random_uuid(),
      project_id uuid not null references projects on delete cascade,
      issue_id uuid references issues on delete cascade,
      mr_id uuid references merge_requests on delete cascade,
      author_id uuid not null references users,
      body text not null,
      -- The statement's time: comments of one transaction keep their order, and a new one was not changed since.
      created_at timestamptz not null default statement_timestamp(),
      updated_at timestamptz not null default statement_timestamp(),
      check (num_nonnulls(issue_id, mr_id) = 1)
    );
    create index comments_issue on comments (issue_id, created_at) where issue_id is not null;
    create index comments_mr on comments (mr_id, created_at) where mr_id is not null;
    create trigger comments_updated before update on comments for each row execute function set_updated_at();
  `.execute(db);
}
