/** What comments are on: an issue or a merge request, whose project the request has been authorised for. */
export interface Subject {
  readonly kind: "issue" | "merge request";
  /** The row's id, not its number. */
  readonly id: string;
  readonly project_id: string;
}

/** The column of `comments` that names a subject. */
export function subjectColumn({ kind }: Subject): "issue_id" | "mr_id" {
  return kind === "issue" ? "issue_id" : "mr_id";
}
