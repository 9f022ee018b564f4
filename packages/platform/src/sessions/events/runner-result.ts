import * as z from "zod";
import type { NewEvent } from "../append-event.ts";
import type { ShownText } from "./shown-text.ts";

const text = z.string();

/** The runner's last line: what became of the work. */
export const runnerResult = z.object({
  type: z.literal("runner_result"),
  /** Claude Code's. */
  exit_code: z.int().min(0).max(255).nullable().catch(null),
  saved: z.boolean(),
  committed: z.boolean().catch(false),
  pushed: z.array(z.object({ branch: text, commit: text })).catch([]),
  /** A file with what could not be pushed. */
  bundle: text.optional().catch(undefined),
  problems: z.array(text).catch([]),
  /** The number of the last message that the agent was given. */
  messages: z.int().min(0).optional().catch(undefined),
});
export type RunnerResult = z.output<typeof runnerResult>;

/** What happened to the work, as events. */
export function runnerEvents({ saved, pushed, bundle, problems }: RunnerResult, shown: ShownText): readonly NewEvent[] {
  const problem = (message: string): NewEvent => ({ kind: "error", message: shown.text(message, 4000) });
  const events = problems.slice(0, 20).map((message) => problem(`Saving the work: ${message}`));
  for (const { branch, commit } of pushed.slice(0, 20)) {
    const where = { branch: shown.text(branch, 300), commit: shown.text(commit, 64) };
    const message = `Pushed ${where.commit.slice(0, 12)} to ${where.branch}`;
    events.push({ kind: "milestone", message, metadata: where });
  }
  if (!saved) {
    const where = bundle === undefined ? "" : `; what is left is in ${bundle}, from which git fetch gets it`;
    events.push(problem(`Work could not be saved on the platform${where}`));
  } else if (pushed.length === 0) {
    events.push({ kind: "milestone", message: "Nothing was changed: there is nothing to push" });
  }
  return events;
}
