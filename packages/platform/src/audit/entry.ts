import type { UserRow } from "../db/schema.ts";

/** What kind of thing an entry is about. */
export type Resource =
  | "project"
  | "repository"
  | "user"
  | "service_account"
  | "login_session"
  | "token"
  | "role"
  | "role_assignment"
  | "delegation"
  | "pipeline"
  | "step"
  | "artifact"
  | "issue"
  | "merge_request"
  | "review"
  | "comment"
  | "secret"
  | "ops_repo"
  | "session"
  | "deployment"
  | "preview"
  | "webhook"
  | "setting"
  | "alert_rule"
  | "platform";

/** Who did it. `system` is somebody at the platform's machine, or the platform itself; `unknown` had no credential. */
export interface Actor {
  readonly id: string | null;
  readonly name: string | null;
  readonly type: UserRow["user_type"] | "system" | "unknown";
}

/** What one write did. */
export interface AuditRecord {
  readonly resource: Resource;
  readonly id: string;
  /** The project it belongs to; by default the one in the request's path. */
  readonly project?: string | null;
  /** What the write changed, as it was: no key for what stayed. Leave out when it made something. */
  readonly before?: Readonly<Record<string, unknown>>;
  /** The same keys as they are now. Leave out when it removed something. */
  readonly after?: Readonly<Record<string, unknown>>;
}

/** One line of the audit log. */
export interface AuditEntry extends Omit<AuditRecord, "resource" | "id" | "project"> {
  readonly actor: Actor;
  readonly tokenId: string | null;
  /** `POST /api/projects`, an endpoint's method and path template; `git push`; a command such as `platform role assign`. */
  readonly action: string;
  readonly resource: Resource | null;
  readonly resourceId: string | null;
  readonly projectId: string | null;
  readonly outcome: "done" | "refused";
  /** Where the request came from. */
  readonly ip: string | null;
  readonly requestId: string | null;
}
