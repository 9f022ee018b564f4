import { type Kysely, sql } from "kysely";

/** Logs, traces, metrics and alerts; settings of the platform. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- Telemetry is partitioned by day, in UTC: partitions are made when they are needed and dropped when their time is over.
    -- It has no keys that are checked, and refers to nothing: it may come late, twice, or of what is gone.
    create table telemetry_logs (
      id uuid not null,
      ts timestamptz not null,
      -- Null for what belongs to the platform as a whole.
      project_id uuid,
      session_id uuid,
      trace_id text,
      span_id text,
      service text not null,
      -- From 0, trace, to 5, fatal.
      level smallint not null,
      message text not null,
      attributes jsonb
    ) partition by range (ts);
    create index telemetry_logs_project on telemetry_logs (project_id, ts desc, id desc);
    -- Errors are what is looked for most, and few among many.
    create index telemetry_logs_errors on telemetry_logs (project_id, ts desc, id desc) where level >= 4::smallint;
    create index telemetry_logs_session on telemetry_logs (session_id, ts desc, id desc) where session_id is not null;
    create index telemetry_logs_trace on telemetry_logs (trace_id) where trace_id is not null;
    create index telemetry_logs_time on telemetry_logs (ts desc, id desc);

    create table telemetry_spans (
      trace_id text not null,
      span_id text not null,
      parent_span_id text,
      started_at timestamptz not null,
      finished_at timestamptz,
      project_id uuid,
      session_id uuid,
      name text not null,
      service text not null,
      kind text not null,
      status text not null,
      status_message text,
      attributes jsonb,
      events jsonb
    ) partition by range (started_at);
    create index telemetry_spans_trace on telemetry_spans (trace_id);
    create index telemetry_spans_session on telemetry_spans (session_id, started_at desc) where session_id is not null;
    create index telemetry_spans_time on telemetry_spans using brin (started_at);

    -- What is known of the spans of each trace: a row for each project that has some in it.
    create table telemetry_traces (
      trace_id text not null,
      project_id uuid,
      session_id uuid,
      root_span text not null,
      -- Whether root_span is of a span without a parent, rather than of the first that was seen.
      has_root boolean not null,
      service text not null,
      status text not null,
      started_at timestamptz not null,
      finished_at timestamptz,
      span_count integer not null,
      error_count integer not null,
      unique nulls not distinct (trace_id, project_id)
    );
    create index telemetry_traces_project on telemetry_traces (project_id, started_at desc, trace_id desc);
    create index telemetry_traces_session on telemetry_traces (session_id, started_at desc) where session_id is not null;
    create index telemetry_traces_time on telemetry_traces (started_at desc, trace_id desc);

    create table telemetry_series (
      id bigint generated always as identity primary key,
      project_id uuid,
      session_id uuid,
      name text not null,
      labels jsonb not null default '{}',
      -- SHA-256 of what tells it from others of its name: its labels, in an order that is always the same, and its type.
      identity bytea not null,
      metric_type text not null check (metric_type in ('gauge', 'counter', 'histogram', 'summary')),
      -- Whether its points hold what was added since the one before, rather than since the start.
      is_delta boolean not null,
      unit text,
      -- Of a histogram: the upper bounds of its buckets but the last, which has none.
      bounds double precision[],
      last_at timestamptz not null,
      unique nulls not distinct (project_id, name, identity)
    );

    create table telemetry_points (
      series_id bigint not null,
      ts timestamptz not null,
      -- Of a histogram the sum of its observations.
      value double precision not null,
      -- Of a histogram: its observations, and those in each bucket.
      count double precision,
      buckets double precision[]
    ) partition by range (ts);
    create index telemetry_points_series on telemetry_points (series_id, ts);
    create index telemetry_points_time on telemetry_points using brin (ts);

    create table alert_rules (
      id uuid primary key default gen_random_uuid(),
      project_id uuid references projects on delete cascade,
      name text not null,
      description text,
      query text not null,
      condition text not null check (condition in ('gt', 'lt', 'eq', 'absent')),
      threshold double precision,
      for_seconds integer not null,
      severity text not null check (severity in ('info', 'warning', 'critical')),
      notify_channels text[] not null,
      enabled boolean not null default true,
      created_by uuid references users on delete set null,
      created_at timestamptz not null default now(),
      -- What is known of it.
      state text not null default 'ok' check (state in ('ok', 'pending', 'firing', 'no_data')),
      state_since timestamptz not null default now(),
      -- Since when there has been nothing to judge by.
      no_data_since timestamptz,
      last_value double precision,
      last_evaluated_at timestamptz,
      error text,
      -- When it is evaluated again.
      evaluate_at timestamptz not null default now()
    );
    create index alert_rules_project on alert_rules (project_id);
    create index alert_rules_due on alert_rules (evaluate_at) where enabled;

    create table alert_events (
      id uuid primary key default gen_random_uuid(),
      rule_id uuid not null references alert_rules on delete cascade,
      status text not null check (status in ('firing', 'resolved')),
      value double precision,
      message text,
      created_at timestamptz not null default now(),
      resolved_at timestamptz
    );
    create index alert_events_rule on alert_events (rule_id, created_at desc, id desc);
    -- A rule fires once at a time.
    create unique index alert_events_open on alert_events (rule_id) where resolved_at is null;

    -- The audit log is searched newest first, and in pages that begin where another has ended.
    drop index audit_log_project, audit_log_actor, audit_log_time;
    create index audit_log_time on audit_log (recorded_at, id);
    create index audit_log_actor on audit_log (actor_id, recorded_at, id) where actor_id is not null;
    create index audit_log_on_behalf_of on audit_log (on_behalf_of, recorded_at, id) where on_behalf_of is not null;
    create index audit_log_project on audit_log (project_id, recorded_at, id) where project_id is not null;
    create index audit_log_resource on audit_log (resource_id, recorded_at, id) where resource_id is not null;

    create table platform_settings (
      key text primary key,
      value jsonb not null,
      updated_at timestamptz not null default now(),
      updated_by uuid references users on delete set null
    );

    -- When the end of a pipeline or session became spans; before its end where it has been run again since.
    alter table pipelines add column traced_at timestamptz;
    alter table agent_sessions add column traced_at timestamptz;
    update pipelines set traced_at = now() where finished_at is not null;
    update agent_sessions set traced_at = now() where finished_at is not null;
    create index pipelines_untraced on pipelines (finished_at) where traced_at is null or traced_at < finished_at;
    create index agent_sessions_untraced on agent_sessions (finished_at) where traced_at is null;
  `.execute(db);
}
