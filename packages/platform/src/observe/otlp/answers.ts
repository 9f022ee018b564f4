import { Writer } from "protobufjs/minimal.js";
import type { ErrorAnswer } from "../../http/error-answer.ts";
import type { Encoding } from "./encoding.ts";
import { delimited, tagOf, varint } from "./protobuf/read-fields.ts";

/** What of a request was not taken. */
export interface Rejections {
  readonly count: number;
  readonly message: string;
}

/** The answer to a request that was taken, as a whole or but for some records. `name` is how JSON calls their number. */
export function successBody(encoding: Encoding, name: string, { count, message }: Rejections): Buffer {
  if (encoding === "JSON") {
    const answer = count === 0 ? {} : { partialSuccess: { [name]: String(count), errorMessage: message } };
    return Buffer.from(JSON.stringify(answer));
  }
  const answer = Writer.create();
  if (count > 0) {
    answer.uint32(tagOf(1, delimited)).fork();
    answer.uint32(tagOf(1, varint)).int64(count).uint32(tagOf(2, delimited)).string(message).ldelim();
  }
  return Buffer.from(answer.finish());
}

/** The codes of gRPC that stand for ours. */
const codes = new Map([
  ...[400, 413, 415].map((status) => [status, 3] as const),
  ...[[401, 16] as const, [403, 7] as const, [429, 8] as const, [503, 14] as const],
]);
const internal = 13;

/** An error as OTLP has it: a `google.rpc.Status`. In JSON with what the platform's other errors say, too. */
export function errorBody(encoding: Encoding, { status, body }: ErrorAnswer, requestId: string): Buffer {
  const code = codes.get(status) ?? internal;
  const message = body.detail ?? body.error;
  if (encoding === "JSON") return Buffer.from(JSON.stringify({ code, message, ...body, request_id: requestId }));
  const answer = Writer.create().uint32(tagOf(1, varint)).int32(code).uint32(tagOf(2, delimited)).string(message);
  return Buffer.from(answer.finish());
}
