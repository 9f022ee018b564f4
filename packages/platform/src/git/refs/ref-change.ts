/** A change of one ref; commits, or for a tag also tag objects, by full SHA. */
export interface RefChange {
  /** The full name, such as `refs/heads/main`. */
  readonly ref: string;
  /** Null when there is no such ref before. */
  readonly oldSha: string | null;
  /** Null when there is no such ref after. */
  readonly newSha: string | null;
}
