/**
 * What webhooks are told, by event; `project_id` is in every payload. Receivers are programs of others: fields may be
 * added, none taken away or given another meaning.
 */
export interface WebhookPayloads {
  /** A branch or tag was moved, made (`before` is null) or deleted (`after` is null); `pusher` is a user's name. */
  readonly push: {
    readonly ref: string;
    readonly before: string | null;
    readonly after: string | null;
    readonly pusher: string | null;
  };
  readonly mr:
    | {
        readonly action: "created";
        readonly merge_request: { readonly id: string; readonly number: number; readonly title: string };
      }
    | { readonly action: "merged"; readonly merge_request: { readonly id: string; readonly number: number } };
  readonly issue: {
    readonly action: "created";
    readonly issue: { readonly id: string; readonly number: number; readonly title: string };
  };
  readonly build: { readonly action: "success" | "failure"; readonly pipeline_id: string };
  readonly deploy:
    | { readonly action: "updated"; readonly environment: string }
    | {
        readonly action: "deployed" | "rolled_back" | "stopped";
        readonly environment: string;
        readonly image_ref: string;
      }
    | {
        readonly action: "preview_created";
        readonly branch: string;
        readonly branch_slug: string;
        readonly image_ref: string;
        readonly pipeline_id: string | null;
      };
  readonly agent: {
    readonly action: "created" | "stopped" | "completed" | "failed";
    readonly session_id: string;
  };
  readonly alert: {
    readonly action: "firing" | "resolved";
    readonly alert: {
      readonly id: string;
      readonly name: string;
      readonly severity: "info" | "warning" | "critical";
      readonly value: number | null;
    };
  };
}
