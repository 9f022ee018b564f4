import { sql } from "kysely";

/** What a row becomes when something else is wanted of it: nothing is known of that yet, and it is looked at at once. */
export const wantedAnew = {
  generation: sql<number>`generation + 1`,
  current_status: "pending",
  reason: null,
  message: null,
  failures: 0,
  stalled: false,
  next_attempt_at: null,
  last_transition_at: sql<string>`now()`,
  reconcile_at: sql<string>`now()`,
  updated_at: sql<string>`now()`,
} as const;
