import { NotConfirmedError } from "./not-confirmed-error.ts";
import type { OpenQuestion, OpenQuestions } from "./open-questions.ts";
import { asQuestion } from "./question.ts";

/** The person behind a call, as far as its host lets one ask them. */
export interface Person {
  /** Whether the host can put a question to them. */
  readonly canBeAsked: boolean;
  /** What came of the question that was put before, with what the host was to bring back. */
  readonly answer?: { readonly action: "accept" | "decline" | "cancel"; readonly state: string | undefined };
}

/** A call that may need somebody's consent. */
export interface Subject {
  /** What the person is told; undefined when the call destroys nothing. */
  readonly question: () => Promise<string | undefined>;
  readonly tool: string;
  readonly args: object;
}

/**
 * Undefined when nobody need agree, or a person has agreed to exactly this; else the question to put to them. What has
 * changed since they were asked makes another question.
 * @throws NotConfirmedError when they did not agree, or cannot be asked
 */
export async function confirm(
  subject: Subject,
  { canBeAsked, answer }: Person,
  questions: OpenQuestions,
): Promise<OpenQuestion | undefined> {
  if (answer?.action === "decline") throw new NotConfirmedError(declined);
  if (answer?.action === "cancel") throw new NotConfirmedError(closed);
  const words = await subject.question();
  if (words === undefined) return undefined;
  const question = asQuestion(words);
  if (!canBeAsked) throw new NotConfirmedError(cannotAsk(question));
  const exactly = JSON.stringify([subject.tool, subject.args, question]);
  return questions.settle(answer?.state, exactly) ? undefined : questions.ask(question, exactly);
}

const declined = "the person who was asked declined. Do not try it again, or in another way, unless they tell you to.";

const closed =
  "the question whether to do it was closed without an answer, as sessions without a person (claude -p) close every question. Calling again cannot help there: say what you would have done and why, so that somebody does it. Whoever runs this server can leave such calls to it by unsetting PLATFORM_CONFIRM.";

function cannotAsk(question: string): string {
  return `PLATFORM_CONFIRM=destructive wants a person to agree to it, and this host cannot ask one: it does not offer MCP elicitation with forms. Retrying cannot help. What is needed: a host that can ask, or that whoever runs this server unsets PLATFORM_CONFIRM. What would have been asked: ${JSON.stringify(question)}`;
}
