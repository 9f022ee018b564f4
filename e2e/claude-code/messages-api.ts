import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { json } from "node:stream/consumers";
import { answerEvents, answerMessage, type ScriptedTurn } from "./messages-answer.ts";
import { type RecordedRequest, readRequest } from "./messages-request.ts";

export type { ScriptedTurn } from "./messages-answer.ts";
export type { RecordedRequest, ToolResult } from "./messages-request.ts";

/** A turn of the script, or what makes it from the request that asks for it. */
export type TurnSource = ScriptedTurn | ((request: RecordedRequest) => ScriptedTurn);

/** The turns in their order, or what gives each when it is asked for. */
export type Script = readonly TurnSource[] | ((request: RecordedRequest) => Promise<ScriptedTurn>);

/** A running stand-in for the Anthropic Messages API. */
export interface MessagesApi {
  /** What the host takes as its base URL, without a slash at the end. */
  readonly url: string;
  /** The requests for an answer, in the order they came. */
  readonly requests: readonly RecordedRequest[];
  close(): Promise<void>;
}

/**
 * Starts a Messages API that answers from a script, on loopback unless another address is given.
 *
 * The turn is chosen by how many answers the conversation already holds, not by the order of requests: a retry gets the
 * same turn again, and a request beside the conversation moves nothing. Past the script's end the answer is an error
 * that a host does not retry.
 */
export async function startMessagesApi(script: Script, host = "127.0.0.1"): Promise<MessagesApi> {
  const requests: RecordedRequest[] = [];
  const server = createServer((incoming, response) => {
    answer(script, requests, incoming, response).catch((error: unknown) => {
      const type = error instanceof RequestError ? error.type : "invalid_request_error";
      const message = error instanceof Error ? error.message : String(error);
      sendJson(response, error instanceof RequestError ? error.status : 400, {
        type: "error",
        error: { type, message },
      });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, host, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has an address and a port");
  return {
    url: `http://${host}:${address.port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** An answer that is no success, in the API's own words for it. */
class RequestError extends Error {
  readonly status: number;
  readonly type: string;

  constructor(status: number, type: string, message: string) {
    super(message);
    this.status = status;
    this.type = type;
  }
}

async function answer(
  script: Script,
  requests: RecordedRequest[],
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = new URL(incoming.url ?? "/", "http://loopback").pathname;
  const route = `${incoming.method} ${path}`;
  if (route !== "POST /v1/messages" && route !== "POST /v1/messages/count_tokens") {
    incoming.resume();
    throw new RequestError(404, "not_found_error", `${route}: not found`);
  }
  const body = await json(incoming);
  if (incoming.headers["x-api-key"] === undefined) {
    throw new RequestError(401, "authentication_error", "x-api-key header is required");
  }
  const request = readRequest(body);
  if (path.endsWith("/count_tokens")) {
    // Four bytes a token is near enough for a host that only looks whether the conversation still fits.
    sendJson(response, 200, { input_tokens: Math.ceil(JSON.stringify(request.body).length / 4) });
    return;
  }
  requests.push(request);
  const turn = typeof script === "function" ? await script(request) : scriptedTurn(script, request);
  const message = answerMessage(turn, request.turn, String(request.body.model));
  if (request.body.stream !== true) {
    sendJson(response, 200, message);
    return;
  }
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" });
  for (const event of answerEvents(message)) response.write(event);
  response.end();
}

function scriptedTurn(turns: readonly TurnSource[], request: RecordedRequest): ScriptedTurn {
  const source = turns[request.turn];
  if (source === undefined) {
    throw new Error(`the script has ${turns.length} turns, and turn ${request.turn + 1} was asked for`);
  }
  return typeof source === "function" ? source(request) : source;
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
