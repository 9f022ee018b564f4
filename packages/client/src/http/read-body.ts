import { AbortedError } from "../errors/aborted-error.ts";
import type { Answer } from "./send.ts";

/** A body larger than what was allowed. */
export class TooLarge extends Error {}

/**
 * The whole body of an answer as text.
 * @throws TooLarge as soon as it is known to be above `limit` bytes; the request is then over
 * @throws ClientError when the body does not come to its end
 */
export async function readText(answer: Answer, limit: number): Promise<string> {
  if (Number(answer.header("content-length")) > limit) {
    answer.discard();
    throw new TooLarge();
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body) {
    size += chunk.byteLength;
    if (size > limit) throw new TooLarge();
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks, size));
}

/** The beginning of a body, at most about `limit` bytes, and whatever came before the connection broke. @throws AbortedError */
export async function readStart(answer: Answer, limit: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of answer.body) {
      chunks.push(chunk);
      size += chunk.byteLength;
      if (size >= limit) break;
    }
  } catch (error) {
    if (error instanceof AbortedError) throw error;
    // What is wanted is an explanation; part of one will do.
  }
  return new TextDecoder().decode(Buffer.concat(chunks, size).subarray(0, limit));
}

/** The body's text as it comes, characters never split. */
export async function* streamText(answer: Answer): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  for await (const chunk of answer.body) {
    const text = decoder.decode(chunk, { stream: true });
    if (text !== "") yield text;
  }
  const rest = decoder.decode();
  if (rest !== "") yield rest;
}
