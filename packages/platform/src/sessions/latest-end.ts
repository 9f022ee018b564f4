import type { Caller } from "../access/caller.ts";
import { invalid } from "../problem.ts";
import { savingMinutes } from "./identity-end.ts";

const minute = 60_000;

/**
 * When a session that somebody asks for must be stopped at the latest, as their credential ends then: an agent's token
 * is worth no more than what it was asked for with, which no token can be turned into a longer one. Null: no such limit.
 * @throws Problem 400 when that leaves no time at all
 */
export function latestEnd({ token }: Caller): string | null {
  // A login session is the user themselves; how long it lasts says nothing about what they start.
  if (token.kind === "login_session" || token.expires_at === null) return null;
  const latest = Date.parse(token.expires_at) - savingMinutes * minute;
  if (latest > Date.now() + minute) return new Date(latest).toISOString();
  throw invalid("deadline_minutes", `the token used here expires at ${token.expires_at}, too soon for a session`);
}
