export interface Clock {
  /** Milliseconds of the database's clock. */
  readonly now: number;
  /** From 0 to 1, for what should not happen together. */
  readonly random: number;
}
