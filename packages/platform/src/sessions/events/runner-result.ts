import * as z from "zod";
import type { NewEvent } from "../append-event.ts";
import type { ShownText } from "./shown-text.ts";

const text = z.string();
const push = z.object({ branch: text, commit: text.regex(/^[0-9a-f]{40,64}$/) });

/** What of a list is understood. */
function understood<Item extends z.ZodType>(item: Item) {
  const list = z.array(z.unknown()).catch([]);
  return list.transform((values) => values.slice(0, 20).flatMap((value) => item.safeParse(value).data ?? []));
}

/** The runner's last line: what became of the work. An agent may print one like it. */
const runnerLine = z.object({
  type: z.literal("runner_result"),
  /** Claude Code's. */
  exit_code: z.int().min(0).max(255).nullable().catch(null),
  saved: z.boolean(),
  committed: z.boolean().catch(false),
  pushed: understood(push),
  /** A file with what could not be pushed. */
  bundle: text.optional().catch(undefined),
  problems: understood(text),
  /** The number of the last message that the agent was given. */
  messages: z.int().min(0).max(2_147_483_647).optional().catch(undefined),
});
export type RunnerResult = z.output<typeof runnerLine>;

/** Reads the runner's last line, with its texts as they may be shown and kept; undefined when it is another one. */
export function readRunnerResult(line: object, shown: ShownText): RunnerResult | undefined {
  const { data } = runnerLine.safeParse(line);
  if (data === undefined) return undefined;
  return {
    ...data,
    pushed: data.pushed.map(({ branch, commit }) => ({ branch: shown.text(branch, 300), commit })),
    bundle: data.bundle === undefined ? undefined : shown.text(data.bundle, 1000),
    problems: data.problems.map((problem) => shown.text(problem, 1000)),
  };
}

/** What happened to the work, as events. */
export function runnerEvents({ saved, pushed, bundle, problems }: RunnerResult): readonly NewEvent[] {
  const events: NewEvent[] = problems.map((problem) => ({ kind: "error", message: `Saving the work: ${problem}` }));
  for (const { branch, commit } of pushed) {
    const message = `Pushed ${commit.slice(0, 12)} to ${branch}`;
    events.push({ kind: "milestone", message, metadata: { branch, commit } });
  }
  if (!saved) {
    const where = bundle === undefined ? "" : `; what is left is in ${bundle}, from which git fetch gets it`;
    events.push({ kind: "error", message: `Work could not be saved on the platform${where}` });
  } else if (pushed.length === 0) {
    events.push({ kind: "milestone", message: "Nothing was changed: there is nothing to push" });
  }
  return events;
}
