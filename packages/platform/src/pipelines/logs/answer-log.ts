import type { Readable } from "node:stream";
import type { Endpoint, QueryOf, sessions } from "@platform-mcp/client/contract";
import { generatedStream } from "../../http/generated-stream.ts";
import type { Request } from "../../http/route.ts";
import { whileAllowed } from "../../http/while-allowed.ts";
import { followLog, type LogState } from "./follow-log.ts";
import { checkSelection, selectRange } from "./log-selection.ts";
import type { LogStore } from "./log-store.ts";

type LogRequest = Pick<Request<Endpoint>, "reauthorise" | "closing" | "setHeader"> & {
  readonly query: QueryOf<typeof sessions.sessionOutput>;
};

/**
 * Answers with the part of a log that a request asks for: at once what there is, or as it comes.
 * @param look says how the log stands; asked again and again while it is followed
 * @throws Problem 400, and what `look` throws
 */
export async function answerLog(
  request: LogRequest,
  logs: LogStore,
  look: () => Promise<LogState>,
): Promise<string | Readable> {
  const { query, setHeader } = request;
  checkSelection(query);
  const { ref, isComplete } = await look();
  const log = ref === null ? undefined : await logs.read(ref, { isComplete });
  setHeader("x-log-size", String(log?.size ?? 0));
  setHeader("x-log-lines", String(log?.lines ?? 0));
  setHeader("x-log-complete", String(isComplete));
  if (query.follow) {
    await log?.close();
    const open = (name: string, state: LogState) => logs.read(name, state);
    return whileAllowed(
      generatedStream((signal) => followLog({ look, open, selection: query, signal })),
      request,
    );
  }
  if (log === undefined) return "";
  const range = await selectRange(log, query).catch(async (error: unknown) => {
    await log.close();
    throw error;
  });
  setHeader("content-length", String(range.end - range.start));
  return await log.stream(range);
}
