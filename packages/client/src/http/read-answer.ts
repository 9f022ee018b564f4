import type * as z from "zod";
import type { Endpoint, ResponseType, Streamed } from "../contract/endpoint.ts";
import type { CallContext } from "./call-context.ts";
import { isHtml } from "./html.ts";
import { MalformedJson, parseJson } from "./parse-json.ts";
import { platformFailure } from "./platform-failure.ts";
import { readStart, readText, streamText, TooLarge } from "./read-body.ts";
import type { Answer } from "./send.ts";
import { answerTooLarge, encodingUnasked, htmlAnswered, jsonUnreadable, redirected } from "./unexpected-answers.ts";

/** Enough of a web page to find its title. */
const pageStart = 16_384;

export interface ReadingOptions {
  readonly maxJsonBytes: number;
  /** Told of data that does not fit its schema. */
  readonly misfit: (context: CallContext, error: z.ZodError) => void;
}

/**
 * Turns an answer into what the endpoint promises: JSON as it came, or a stream of text or bytes.
 * @throws PlatformError for an error status, UnexpectedAnswerError for what is not the API's answer
 */
export async function readAnswer(
  answer: Answer,
  endpoint: Endpoint,
  context: CallContext,
  options: ReadingOptions,
): Promise<unknown> {
  if (answer.status >= 400) throw await platformFailure(answer, context);
  if (answer.status >= 300) {
    answer.discard();
    throw redirected(context, answer);
  }
  if (!/^(identity)?$/i.test(answer.header("content-encoding") ?? "")) {
    answer.discard();
    throw encodingUnasked(context, answer);
  }
  const { response } = endpoint;
  if (isSchema(response)) return await readJson(answer, response, context, options);
  // A stored page that is downloaded names its file; a page that stands in for the API does not.
  if (isHtml(answer.header("content-type")) && answer.header("content-disposition") === undefined) {
    throw htmlAnswered(context, answer, await readStart(answer, pageStart));
  }
  const chunks = response.kind === "text" ? streamText(answer) : answer.body;
  const streamed: Streamed<unknown> = {
    header: (name) => answer.header(name),
    [Symbol.asyncIterator]: () => chunks[Symbol.asyncIterator](),
  };
  return streamed;
}

function isSchema(response: ResponseType): response is z.ZodType {
  return !("kind" in response);
}

async function readJson(
  answer: Answer,
  schema: z.ZodType,
  context: CallContext,
  { maxJsonBytes, misfit }: ReadingOptions,
): Promise<unknown> {
  let text: string;
  try {
    text = await readText(answer, maxJsonBytes);
  } catch (error) {
    throw error instanceof TooLarge ? answerTooLarge(context, answer, maxJsonBytes) : error;
  }
  if (text.trim() === "") return null;
  if (isHtml(answer.header("content-type"), text)) throw htmlAnswered(context, answer, text);
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    throw error instanceof MalformedJson ? jsonUnreadable(context, answer, error.cutOff) : error;
  }
  const checked = schema.safeParse(value);
  if (!checked.success) misfit(context, checked.error);
  // Not `checked.data`, which lacks the fields that this version of the contract does not know.
  return value;
}
