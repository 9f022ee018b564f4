import { addFailingTest, addLimit, refuseBadLimit } from "./edits.ts";
import type { Hands, Reviewer } from "./hands.ts";
import type { Visited } from "./visit.ts";

const branch = "newest-greetings";

/** What an agent of role dev reads and does, from an issue to its merge. */
export interface StoryOutcome {
  readonly issue: string;
  readonly failed: string;
  readonly diagnosis: string;
  readonly green: string;
  readonly review: string;
  readonly refusedMerge: string;
  readonly merged: string;
  readonly closed: string;
  /** What the reviewer sees: of the feature, of a bad limit before and after the review, and when it is merged. */
  readonly seen: Readonly<
    Record<"inPreview" | "inProduction" | "unrefused" | "refused" | "inProductionAfter" | "gone", Visited>
  >;
  /** What is known of the preview when it is gone. */
  readonly previewHistory: readonly string[];
}

/**
 * An agent's whole job on one issue: a failing test first, the pipeline's word on it, the fix, a merge request, the
 * answer to its review, the merge; and what people see of it meanwhile, in the branch's preview and in production. The same whoever's hands do it. @throws when something goes another way
 */
export async function story(hands: Hands, reviewer: Reviewer): Promise<StoryOutcome> {
  const pipeline = (name: string, args?: Record<string, unknown>) => hands.tool("platform-pipeline", name, args);
  const issues = (name: string, args?: Record<string, unknown>) => hands.tool("platform-issues", name, args);
  const push = (message: string) =>
    hands.shell(`git add --all && git commit --quiet -m '${message}' && git push --quiet origin ${branch}`);

  hands.say("I look for something to do.");
  expecting(await issues("list_issues", { status: "open" }), /#?1\b/);
  const issue = expecting(await issues("get_issue", { number: 1 }), /limit/);

  hands.say("I write a test for it and push it: it must fail.");
  await hands.shell(`git checkout --quiet -b ${branch}`);
  await hands.shell(addFailingTest);
  await push("A test for limited greetings");
  const failed = expecting(await pipeline("wait_for_pipeline", { ref: branch }), /failure|failed/);

  hands.say("Why did it fail?");
  const diagnosis = expecting(
    await pipeline("diagnose_pipeline", { pipeline_id: uuidIn(failed) }),
    /a limit gives only the newest greetings/,
  );

  hands.say("As expected. I build it.");
  await hands.shell(addLimit);
  await push("Greetings can be limited to the newest");
  const green = expecting(await pipeline("wait_for_pipeline", { ref: branch }), /success/);

  hands.say("Green. I ask for it to be merged.");
  await issues("create_merge_request", {
    source_branch: branch,
    title: "Greetings can be limited to the newest",
    body: "`GET /api/greetings?limit=2` gives the newest two.\n\nCloses #1",
  });
  const refusedMerge = await refusal(issues("merge_merge_request", { number: 1 }));

  const preview = await reviewer.preview(branch);
  const production = await reviewer.production();
  const open = (url: string, limit: string) => reviewer.opens(`${url}api/greetings?limit=${limit}`);
  hands.say("Whoever reviews it can try it out: the branch has a preview, and production is as it was.");
  expecting(await issues("get_merge_request", { number: 1 }), new RegExp(preview));
  const inPreview = await open(preview, "0");
  const inProduction = await open(production, "0");
  const unrefused = await open(preview, "many");

  await reviewer.requestChanges(1, "What does limit=many do? Refuse it as other bad input is refused.");
  hands.say("It needs a review. There is one: I read it and do what it asks for.");
  const review = expecting(await issues("get_merge_request", { number: 1 }), /limit=many/);
  await hands.shell(refuseBadLimit);
  await push("A limit that is no number is refused");
  expecting(await pipeline("wait_for_pipeline", { ref: branch }), /success/);
  await reviewer.preview(branch);
  const refused = await open(preview, "many");
  await issues("add_merge_request_comment", { number: 1, body: "It is a 400 now, with a test." });

  await reviewer.approve(1, "Thank you.");
  hands.say("Approved, and green: I merge.");
  expecting(await issues("get_merge_request", { number: 1 }), /mergeable/);
  const merged = expecting(await issues("merge_merge_request", { number: 1 }), /merged/);
  const closed = expecting(await issues("get_issue", { number: 1 }), /closed/);

  hands.say("What is merged goes to production, and its preview is over.");
  await reviewer.production();
  const inProductionAfter = await open(production, "0");
  const previewHistory = await reviewer.previewEnded(branch, preview);
  const gone = await reviewer.opens(preview);
  const seen = { inPreview, inProduction, unrefused, refused, inProductionAfter, gone };
  return { issue, failed, diagnosis, green, review, refusedMerge, merged, closed, seen, previewHistory };
}

function expecting(text: string, pattern: RegExp): string {
  if (!pattern.test(text)) throw new Error(`the story needs ${pattern}, and this was read:\n${text}`);
  return text;
}

function uuidIn(text: string): string {
  const [uuid] = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(text) ?? [];
  if (uuid === undefined) throw new Error(`no id in:\n${text}`);
  return uuid;
}

async function refusal(call: Promise<string>): Promise<string> {
  const text = await call.catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
  if (text instanceof Error) return text.message;
  throw new Error(`this should have been refused:\n${text}`);
}
