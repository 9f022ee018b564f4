import type { Hands } from "../../scripts/lib/demo/hands.ts";
import type { Conversation } from "./conversation.ts";
import type { ClaudeResult } from "./run-claude.ts";

interface Told<Outcome> {
  readonly outcome: Outcome;
  readonly claude: ClaudeResult;
}

/** How long a story has to end when its session has, in milliseconds. */
const LAST_WORDS = 5_000;

/** Has a story happen by the hands of a session, and ends the session with it. @throws when either fails */
export async function tellThrough<Outcome>(
  conversation: Conversation,
  session: Promise<ClaudeResult>,
  story: (hands: Hands) => Promise<Outcome>,
): Promise<Told<Outcome>> {
  const told = story(conversation.hands).finally(() => conversation.finish());
  // A session that ends early leaves the story waiting: its end says more.
  const outcome = await Promise.race([told, session.then((result) => endedEarly(result, told))]);
  return { outcome, claude: await session };
}

async function endedEarly<Outcome>({ events, stderr }: ClaudeResult, told: Promise<Outcome>): Promise<Outcome> {
  const tooEarly = new Promise<never>((_, reject) => {
    const why = () => reject(new Error(`the session ended:\n${JSON.stringify(events.at(-1))}\n${stderr}`));
    setTimeout(why, LAST_WORDS).unref();
  });
  return await Promise.race([told, tooEarly]);
}
