import type {
  alerts,
  deployments,
  metrics,
  Permission,
  pipelines,
  sessions,
  traces,
  webhooks,
  workloads,
} from "@platform-mcp/client/contract";
import type { ColumnType, Generated, GeneratedAlways, Selectable } from "kysely";
import type * as z from "zod";
import type { PipelineDefinition } from "../pipelines/definition/definition.ts";

/** RFC 3339 in UTC; the database sets it. */
type CreatedAt = ColumnType<string, never, never>;
type UpdatedAt = ColumnType<string, never, never>;
export type EndReason = pipelines.EndReason;
/** Given by the database unless it must be known before the row exists. */
type Id = Generated<string>;

export interface UsersTable {
  id: Id;
  name: string;
  display_name: string | null;
  email: string;
  /** What a service account is for. */
  description: string | null;
  user_type: "human" | "agent" | "service_account";
  is_active: Generated<boolean>;
  created_at: CreatedAt;
  updated_at: UpdatedAt;
}

export interface RolesTable {
  id: Id;
  name: string;
  description: string | null;
  /** System roles come with the platform; their permissions cannot be changed. */
  is_system: Generated<boolean>;
  created_at: CreatedAt;
}

export interface PermissionsTable {
  id: Id;
  name: Permission;
}

export interface RolePermissionsTable {
  role_id: string;
  permission_id: string;
}

/** Who has which role where; a null project means everywhere. */
export interface UserRolesTable {
  id: Id;
  user_id: string;
  role_id: string;
  project_id: string | null;
  granted_by: string | null;
  created_at: CreatedAt;
}

export interface ApiTokensTable {
  id: Id;
  user_id: string;
  name: string;
  /** SHA-256 of the whole token, in lowercase hex. The token itself is kept nowhere. */
  token_hash: string;
  /** Empty means unrestricted. */
  scopes: Generated<string[]>;
  /** The one project that the token is good for. */
  project_id: string | null;
  last_used_at: ColumnType<string | null, never, string | null>;
  expires_at: string | null;
  created_at: CreatedAt;
}

export interface PasswordsTable {
  user_id: string;
  /** argon2id in PHC format. */
  hash: string;
}

export interface LoginSessionsTable {
  id: Id;
  user_id: string;
  /** SHA-256 of the whole token, in lowercase hex. */
  token_hash: string;
  expires_at: string;
  created_at: CreatedAt;
}

export interface DelegationsTable {
  id: Id;
  delegator_id: string;
  delegate_id: string;
  permission_id: string;
  /** Null means everywhere. */
  project_id: string | null;
  expires_at: string | null;
  reason: string | null;
  created_at: CreatedAt;
  revoked_at: string | null;
}

export interface ProjectsTable {
  id: Id;
  owner_id: string;
  name: string;
  display_name: string | null;
  description: string | null;
  visibility: Generated<"private" | "internal" | "public">;
  default_branch: Generated<string>;
  agent_image: string | null;
  /** Whether agents may change the default branch themselves. */
  allow_agent_push_to_default: Generated<boolean>;
  /** Whether the default branch may lose commits: by a force push, or by being deleted. */
  allow_force_push_to_default: Generated<boolean>;
  /** What a merge request needs before it is merged: a successful pipeline of its head, somebody's approval of it. */
  merge_requires_pipeline: Generated<boolean>;
  merge_requires_approval: Generated<boolean>;
  /** The last numbers given; counted up in the transaction that uses one. */
  last_issue_number: Generated<number>;
  last_merge_request_number: Generated<number>;
  /** False once deleted: the row stays for what refers to it, its name is free again. */
  is_active: Generated<boolean>;
  deleted_at: ColumnType<string | null, never, string | null>;
  /** Its name in host names: made when it is first needed, kept when the project is renamed. */
  dns_label: string | null;
  created_at: CreatedAt;
  updated_at: UpdatedAt;
}

/** A repository since its first push. Who compares its refs holds the row's lock. */
export interface RepositoriesTable {
  project_id: string;
  /** Null until the refs have been recorded for the first time, which no update is made of. */
  refs_recorded_at: string | null;
  /** When a change of a ref was last seen. */
  changed_at: Generated<string>;
  maintained_at: string | null;
  /** When it was last repacked as a whole. */
  repacked_at: string | null;
  /** A lease: until then nobody else maintains it. */
  maintenance_until: string | null;
}

/** The refs of a repository as they were when they were last compared with it. */
export interface RecordedRefsTable {
  project_id: string;
  ref: string;
  sha: string;
}

/** Changes that a push was allowed to make; whether git made them, the refs tell. Null SHAs: created, deleted. */
export interface AnnouncedRefUpdatesTable {
  id: GeneratedAlways<number>;
  push_id: string;
  project_id: string;
  ref: string;
  old_sha: string | null;
  new_sha: string | null;
  pusher_id: string | null;
  token_id: string | null;
  ip: string | null;
  request_id: string | null;
  /** What the audit log calls it. */
  action: Generated<string>;
  announced_at: CreatedAt;
}

/** Changes of refs that happened, each once, and for each ref in order of `id`. */
export interface RefUpdatesTable {
  id: GeneratedAlways<number>;
  project_id: string;
  ref: string;
  /** Null: the ref was created. */
  old_sha: string | null;
  /** Null: the ref was deleted. */
  new_sha: string | null;
  /** `reconcile` is a change that no push announced. */
  source: "push" | "reconcile";
  push_id: string | null;
  pusher_id: string | null;
  token_id: string | null;
  recorded_at: CreatedAt;
  processed_at: ColumnType<string | null, never, string | null>;
  /** How often acting on it has failed, and when it is worth trying again. */
  failures: ColumnType<number, never, number>;
  retry_at: ColumnType<string | null, never, string | null>;
}

export interface PipelinesTable {
  id: Id;
  project_id: string;
  trigger: "push" | "api" | "schedule" | "mr";
  git_ref: string;
  /** The branch that `git_ref` names, whichever way it names it; null for tags and commits. */
  branch: string | null;
  commit_sha: string | null;
  status: Generated<"pending" | "running" | "success" | "failure" | "cancelled">;
  triggered_by: string | null;
  reason: EndReason | null;
  message: string | null;
  /** The definition as it was in the commit, checked: what a retry runs again. */
  definition: ColumnType<PipelineDefinition | null, string | null, never>;
  run: Generated<number>;
  created_at: CreatedAt;
  started_at: string | null;
  finished_at: string | null;
  /** When it was looked whether it deploys something; null until then. */
  deploy_checked_at: string | null;
  /** How often looking has failed, and when it is worth trying again. */
  deploy_failures: Generated<number>;
  deploy_retry_at: string | null;
  /** When its end became spans; before its end where it has been run again since. */
  traced_at: string | null;
}

export interface PipelineStepsTable {
  id: Id;
  pipeline_id: string;
  project_id: string;
  step_order: number;
  name: string;
  image: string;
  status: Generated<"pending" | "running" | "success" | "failure" | "skipped">;
  depends_on: Generated<string[]>;
  /** Set once the step may run: what came before it has ended, and its conditions hold. */
  ready_at: string | null;
  /** The lease. A claim outlives the status until the process has really ended. */
  claimed_by: string | null;
  claim_expires_at: string | null;
  attempt: Generated<number>;
  /** How often in a row it was claimed and lost before its process was started. */
  lost_claims: Generated<number>;
  /** Set before its process is started: from then on it is never run again by itself. */
  started_at: string | null;
  finished_at: string | null;
  exit_code: number | null;
  reason: EndReason | null;
  message: string | null;
  log_ref: string | null;
  created_at: CreatedAt;
}

export interface ArtifactsTable {
  id: Id;
  pipeline_id: string;
  step_id: string | null;
  name: string;
  path: string;
  kind: "file" | "directory";
  /** Where its bytes are, relative to the artifact store. */
  store_key: string;
  content_type: string | null;
  size_bytes: number;
  expires_at: string | null;
  created_at: CreatedAt;
}

export interface SecretsTable {
  id: Id;
  /** Null for one of the whole platform. */
  project_id: string | null;
  name: string;
  /** AES-256-GCM under the master key: nonce, ciphertext, tag. */
  encrypted_value: Buffer;
  scope: "pipeline" | "agent" | "deploy" | "all";
  version: Generated<number>;
  created_by: string | null;
  created_at: CreatedAt;
  updated_at: UpdatedAt;
}

export interface IssuesTable {
  id: Id;
  project_id: string;
  number: number;
  author_id: string;
  title: string;
  body: string | null;
  status: Generated<"open" | "closed">;
  labels: Generated<string[]>;
  assignee_id: string | null;
  closed_at: string | null;
  created_at: CreatedAt;
  updated_at: UpdatedAt;
}

export interface MergeRequestsTable {
  id: Id;
  project_id: string;
  number: number;
  author_id: string;
  source_branch: string;
  target_branch: string;
  title: string;
  body: string | null;
  status: Generated<"open" | "merged" | "closed">;
  merged_by: string | null;
  merged_at: string | null;
  /** What was merged, or was to be merged when it was closed; of an open one, what its branch was last recorded at. */
  head_sha: string | null;
  /** Where it left the target branch, so that its diff can be shown when it is no longer open. */
  base_sha: string | null;
  /** The commit that the target branch got by the merge. */
  merge_commit_sha: string | null;
  created_at: CreatedAt;
  updated_at: UpdatedAt;
}

export interface ReviewsTable {
  id: Id;
  project_id: string;
  mr_id: string;
  reviewer_id: string;
  verdict: "approve" | "request_changes" | "comment";
  body: string | null;
  /** What was reviewed: a commit, to be merged into a branch. Of anything else the verdict says nothing. */
  commit_sha: string;
  target_branch: string;
  /** Whether the credential that was used could write to the project. */
  by_writer: boolean;
  created_at: CreatedAt;
}

/** A merge that may have moved its target branch, announced like a push under the same id. */
export interface MergeAttemptsTable {
  push_id: string;
  mr_id: string;
  target_ref: string;
  head_sha: string;
  base_sha: string;
  /** What the target branch gets by it, and by whom. */
  merge_commit_sha: string;
  merged_by: string | null;
}

/** On an issue or on a merge request, never both. */
export interface CommentsTable {
  id: Id;
  project_id: string;
  issue_id: string | null;
  mr_id: string | null;
  author_id: string;
  body: string;
  created_at: CreatedAt;
  updated_at: UpdatedAt;
}

export interface AgentSessionsTable {
  id: Id;
  project_id: string;
  /** Who asked for it. */
  user_id: string;
  /** The user that the agent is. */
  agent_user_id: string;
  prompt: string;
  provider: string;
  branch: string;
  role: sessions.AgentRole;
  /** What the request said. */
  config: ColumnType<sessions.SessionConfig, string, never>;
  /** What the agent runs in, once the defaults are applied. */
  image: string;
  delegate_deploy: boolean;
  delegate_observe: boolean;
  status: Generated<sessions.SessionStatus>;
  stop_requested_at: string | null;
  deadline_minutes: number;
  /** Set when it starts; before that, only a limit that its requester's credential sets, which the start keeps to. */
  expires_at: string | null;
  /** The lease. A claim outlives the status until nothing of the session runs any more. */
  claimed_by: string | null;
  claim_expires_at: string | null;
  attempt: Generated<number>;
  /** How often in a row it was claimed and lost before its process was started. */
  lost_claims: Generated<number>;
  /** Until when one waits whose start has failed. */
  not_before: string | null;
  /** Set before its process is started: from then on it is never started again. */
  started_at: string | null;
  finished_at: string | null;
  pod_name: string | null;
  /** How far its output was read, in the runtime's own words. */
  output_cursor: string | null;
  log_ref: string | null;
  /** Bytes of the log that came before the cursor. */
  log_bytes: Generated<number>;
  reason: sessions.SessionEndReason | null;
  message: string | null;
  exit_code: number | null;
  turns: number | null;
  cost_usd: number | null;
  cost_tokens: number | null;
  commit_sha: string | null;
  /** The number of its last event. */
  last_event: Generated<number>;
  /** When its end became spans. */
  traced_at: string | null;
  created_at: CreatedAt;
}

export interface SessionEventsTable {
  id: Id;
  session_id: string;
  /** Counted from 1 in each session, without gaps. */
  number: number;
  kind: sessions.SessionEventKind;
  message: string;
  metadata: ColumnType<Record<string, unknown> | null, string | null, never>;
  /** Who said a message. */
  user_id: string | null;
  created_at: CreatedAt;
}

/** A repository that holds the manifests of deployments. */
export interface OpsReposTable {
  id: Id;
  name: string;
  repo_url: string;
  branch: string;
  path: string;
  sync_interval_s: number;
  current_sha: string | null;
  synced_at: string | null;
  sync_error: string | null;
  /** When it is fetched again. */
  sync_at: Generated<string>;
  /** Until when whoever fetches it now may take; null when nobody does. */
  sync_claimed_until: string | null;
  created_at: CreatedAt;
}

/** What the platform keeps running: deployments and previews. */
export interface WorkloadsTable {
  id: Id;
  project_id: string;
  kind: "deployment" | "preview";
  /** Of a deployment. */
  environment: deployments.Environment | null;
  /** Of a preview. */
  branch: string | null;
  branch_slug: string | null;
  /** Its name in host names, unique in the project. */
  label: string;
  /** Counts the changes of what is wanted. */
  generation: Generated<number>;
  /** What the last change was. */
  action: Generated<WorkloadAction>;
  desired_status: Generated<"active" | "stopped">;
  image_ref: string;
  values_override: ColumnType<unknown, string | null, string | null>;
  ops_repo_id: string | null;
  manifest_path: string | null;
  commit_sha: string | null;
  pipeline_id: string | null;
  /** When that pipeline was made, or somebody has changed it themselves: a pipeline made before changes nothing any more. */
  pipeline_created_at: string | null;
  /** Set when it is to be torn down; then, once nothing of it runs, the row is deleted. */
  removal_reason: workloads.WorkloadReason | null;
  /** The generation of which the columns below speak. */
  observed_generation: Generated<number>;
  /** The last generation that became what was wanted. */
  reached_generation: Generated<number>;
  current_status: Generated<workloads.WorkloadStatus>;
  reason: workloads.WorkloadReason | null;
  message: string | null;
  last_transition_at: Generated<string>;
  /** How often in a row it has failed in this generation. */
  failures: Generated<number>;
  /** Trying again cannot help. */
  stalled: Generated<boolean>;
  /** After a failure: when it is tried again. */
  next_attempt_at: string | null;
  url: string | null;
  /** The commit of the ops repo that is applied. */
  current_sha: string | null;
  deployed_by: string | null;
  deployed_at: string | null;
  ttl_hours: number | null;
  expires_at: string | null;
  /** When somebody should look at it again. */
  reconcile_at: Generated<string>;
  /** Whether somebody does: the claim. */
  status: Generated<"pending" | "running">;
  claimed_by: string | null;
  claim_expires_at: string | null;
  attempt: Generated<number>;
  created_by: string | null;
  created_at: CreatedAt;
  updated_at: Generated<string>;
}

type WorkloadAction = z.output<typeof workloads.workloadAction>;

/** What was tried with workloads, kept when they are gone. */
export interface WorkloadHistoryTable {
  id: Id;
  project_id: string;
  workload_id: string;
  kind: WorkloadsTable["kind"];
  environment: deployments.Environment | null;
  branch: string | null;
  branch_slug: string | null;
  generation: number;
  action: WorkloadAction;
  status: "success" | "failure";
  reason: workloads.WorkloadReason | null;
  message: string | null;
  image_ref: string;
  values_override: ColumnType<unknown, string | null, never>;
  ops_repo_id: string | null;
  manifest_path: string | null;
  ops_repo_sha: string | null;
  commit_sha: string | null;
  deployed_by: string | null;
  created_at: CreatedAt;
}

export interface WebhooksTable {
  id: Id;
  project_id: string;
  url: string;
  events: webhooks.WebhookEvent[];
  encrypted_secret: Buffer | null;
  active: Generated<boolean>;
  created_by: string | null;
  created_at: CreatedAt;
}

/** Events on their way to webhooks. */
export interface WebhookDeliveriesTable {
  id: Id;
  webhook_id: string;
  event: webhooks.WebhookEvent | "test";
  payload: ColumnType<unknown, string, never>;
  status: Generated<"pending" | "running" | "delivered" | "failed">;
  claimed_by: string | null;
  claim_expires_at: string | null;
  attempt: Generated<number>;
  next_attempt_at: Generated<string>;
  /** How often it was sent. */
  attempts: Generated<number>;
  response_status: number | null;
  error: string | null;
  created_at: CreatedAt;
  delivered_at: string | null;
}

export interface TelemetryLogsTable {
  id: string;
  ts: string;
  project_id: string | null;
  session_id: string | null;
  trace_id: string | null;
  span_id: string | null;
  service: string;
  /** From 0, `trace`, to 5, `fatal`. */
  level: number;
  message: string;
  attributes: ColumnType<Record<string, unknown> | null, string | null, never>;
}

export interface TelemetrySpansTable {
  trace_id: string;
  span_id: string;
  parent_span_id: string | null;
  started_at: string;
  finished_at: string | null;
  project_id: string | null;
  session_id: string | null;
  name: string;
  service: string;
  kind: traces.SpanKind;
  status: traces.SpanStatus;
  status_message: string | null;
  attributes: ColumnType<Record<string, unknown> | null, string | null, never>;
  events: ColumnType<traces.Span["events"], string | null, never>;
}

/** What is known of the spans of each trace, by project. */
export interface TelemetryTracesTable {
  trace_id: string;
  project_id: string | null;
  session_id: string | null;
  root_span: string;
  /** Whether `root_span` is of a span without a parent, rather than of the first that was seen. */
  has_root: boolean;
  service: string;
  status: traces.SpanStatus;
  started_at: string;
  finished_at: string | null;
  span_count: number;
  error_count: number;
}

export interface TelemetrySeriesTable {
  id: GeneratedAlways<string>;
  project_id: string | null;
  session_id: string | null;
  name: string;
  labels: ColumnType<Record<string, unknown>, string, never>;
  /** SHA-256 of what tells it from others of its name. */
  identity: Buffer;
  metric_type: metrics.MetricType;
  /** Whether its points hold what was added since the one before, rather than since the start. */
  is_delta: boolean;
  unit: string | null;
  bounds: number[] | null;
  last_at: string;
}

export interface TelemetryPointsTable {
  series_id: string;
  ts: string;
  /** Of a histogram the sum of its observations. */
  value: number;
  count: number | null;
  buckets: number[] | null;
}

export interface AlertRulesTable {
  id: Id;
  project_id: string | null;
  name: string;
  description: string | null;
  query: string;
  condition: alerts.AlertCondition;
  threshold: number | null;
  for_seconds: number;
  severity: alerts.AlertRule["severity"];
  notify_channels: string[];
  enabled: Generated<boolean>;
  created_by: string | null;
  created_at: CreatedAt;
  state: Generated<alerts.AlertState>;
  state_since: Generated<string>;
  no_data_since: string | null;
  last_value: number | null;
  last_evaluated_at: string | null;
  error: string | null;
  evaluate_at: Generated<string>;
}

export interface AlertEventsTable {
  id: Id;
  rule_id: string;
  status: "firing" | "resolved";
  value: number | null;
  message: string | null;
  created_at: Generated<string>;
  resolved_at: string | null;
}

/** Settings that somebody has set; the others have their defaults. */
export interface PlatformSettingsTable {
  key: string;
  value: ColumnType<unknown, string, string>;
  updated_at: Generated<string>;
  updated_by: string | null;
}

/** What was done, by whom: only ever added to. */
export interface AuditLogTable {
  id: GeneratedAlways<number>;
  recorded_at: CreatedAt;
  actor_id: string | null;
  actor_name: string | null;
  actor_type: UsersTable["user_type"] | "system" | "unknown";
  /** Whose agent the actor is, when that is known. */
  on_behalf_of: string | null;
  token_id: string | null;
  action: string;
  resource: string | null;
  resource_id: string | null;
  project_id: string | null;
  before: ColumnType<unknown, string | null, never>;
  after: ColumnType<unknown, string | null, never>;
  ip: string | null;
  outcome: "done" | "refused";
  request_id: string | null;
}

/** Requests with an `Idempotency-Key`, and their answers. */
export interface IdempotencyKeysTable {
  user_id: string;
  /** SHA-256 of the key, in lowercase hex. */
  key: string;
  /** HMAC-SHA256 of method, path and body under the key, in lowercase hex. */
  fingerprint: string | null;
  /** Null until the request has been carried out. */
  status: number | null;
  /** Null when the answer held a secret. */
  body: string | null;
  resource_id: string | null;
  created_at: Generated<string>;
}

/** Which platform this is: one row. */
export interface InstallationTable {
  id: Generated<string>;
  is_only: Generated<boolean>;
}

export interface Database {
  users: UsersTable;
  roles: RolesTable;
  permissions: PermissionsTable;
  role_permissions: RolePermissionsTable;
  user_roles: UserRolesTable;
  api_tokens: ApiTokensTable;
  passwords: PasswordsTable;
  login_sessions: LoginSessionsTable;
  delegations: DelegationsTable;
  projects: ProjectsTable;
  repositories: RepositoriesTable;
  recorded_refs: RecordedRefsTable;
  announced_ref_updates: AnnouncedRefUpdatesTable;
  ref_updates: RefUpdatesTable;
  pipelines: PipelinesTable;
  pipeline_steps: PipelineStepsTable;
  artifacts: ArtifactsTable;
  secrets: SecretsTable;
  issues: IssuesTable;
  merge_requests: MergeRequestsTable;
  mr_reviews: ReviewsTable;
  merge_attempts: MergeAttemptsTable;
  comments: CommentsTable;
  agent_sessions: AgentSessionsTable;
  session_events: SessionEventsTable;
  ops_repos: OpsReposTable;
  workloads: WorkloadsTable;
  workload_history: WorkloadHistoryTable;
  webhooks: WebhooksTable;
  webhook_deliveries: WebhookDeliveriesTable;
  telemetry_logs: TelemetryLogsTable;
  telemetry_spans: TelemetrySpansTable;
  telemetry_traces: TelemetryTracesTable;
  telemetry_series: TelemetrySeriesTable;
  telemetry_points: TelemetryPointsTable;
  alert_rules: AlertRulesTable;
  alert_events: AlertEventsTable;
  platform_settings: PlatformSettingsTable;
  audit_log: AuditLogTable;
  idempotency_keys: IdempotencyKeysTable;
  installation: InstallationTable;
}

export type UserRow = Selectable<UsersTable>;
export type ProjectRow = Selectable<ProjectsTable>;
export type WorkloadRow = Selectable<WorkloadsTable>;
