/** What happens to a database between its opening and its closing, for progress and logs. */
export interface DatabaseEvent {
  readonly kind:
    | "waiting"
    | "initialising"
    | "starting"
    | "recovering"
    | "adopted"
    | "died"
    | "restarted"
    | "restart-failed";
  readonly detail: string;
}

export type ReportEvent = (event: DatabaseEvent) => void;
