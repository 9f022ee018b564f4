import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { denied } from "../../access/authorise.ts";
import type { Queryable } from "../../db/queryable.ts";
import { admit } from "../../http/admit.ts";
import { errorAnswer } from "../../http/error-answer.ts";
import type { RateLimiter } from "../../http/rate-limits.ts";
import { Turns } from "../../http/turns.ts";
import { Problem } from "../../problem.ts";
import type { MasterKey } from "../../secrets/master-key.ts";
import type { TelemetryWriter } from "../records.ts";
import { SharedRoom } from "../store/shared-room.ts";
import { errorBody, type Rejections, successBody } from "./answers.ts";
import { contentTypes, type Encoding, encodingOf } from "./encoding.ts";
import { inflateBody, receiveBody } from "./receive-body.ts";
import { type Rejected, resolveOwners } from "./resolve-owners.ts";
import { findSender, type Sender } from "./sender.ts";
import { type Signal, signals } from "./signals.ts";

export interface OtlpOptions {
  readonly db: Queryable;
  readonly masterKey: MasterKey;
  readonly limiter: RateLimiter;
  readonly telemetry: TelemetryWriter;
  /** For bodies that are read, or wait until they are stored. */
  readonly room?: SharedRoom;
  /** Milliseconds in which a body must have come; 30,000. */
  readonly patience?: number;
}

/** Not a part of the API's description: OpenTelemetry's own says what it is. */
const schema = { hide: true };

const mostWaiting = 64 * 1024 ** 2;

/**
 * Takes telemetry by OTLP over HTTP, at `/v1/{traces,logs,metrics}`. The memory that it takes has a bound: bodies as
 * they come have one, one of them at a time is read, and what has been read waits in the writer's own.
 */
export function registerOtlp(
  app: FastifyInstance,
  { db, masterKey, limiter, telemetry, ...options }: OtlpOptions,
): void {
  const { room = new SharedRoom(mostWaiting), patience = 30_000 } = options;
  const reading = new Turns(1);
  const senders = new WeakMap<FastifyRequest, Sender>();

  /** Resolves when all that is taken is stored. */
  async function take(
    request: FastifyRequest,
    signal: Signal,
    encoding: Encoding,
    sender: Sender,
  ): Promise<Rejections> {
    const whose = sender.owner?.projectId ?? sender.countedAs;
    const body = await receiveBody(request, { room, whose, patience });
    try {
      const { stored, ...rejections } = await reading.take(request.id, async () => {
        const inflated = await inflateBody(body, request.headers["content-encoding"], encoding);
        const received = await signal.receive(encoding, inflated);
        const settled = received.settle(await resolveOwners(db, sender, received.claims));
        if (settled.rejected.length === received.count) refuseForbidden(settled.rejected);
        // Not awaited here: others are read meanwhile.
        return { stored: telemetry.write(settled.telemetry), ...rejectionsOf(settled.rejected) };
      });
      await stored;
      return rejections;
    } finally {
      room.giveBack(whose, body.length);
    }
  }

  app.register(async (scope) => {
    // Bodies are read here, as far as there is room for them.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", (_request, _payload, done) => done(null));
    scope.setErrorHandler(sendStatus);
    for (const signal of signals) {
      scope.post(signal.path, {
        schema,
        onRequest: async (request, reply) => {
          const sender = await findSender({ db, masterKey }, request);
          const { caller, countedAs } = sender ?? {};
          admit(limiter, { request, reply, caller, rateClass: "ingest", countedAs });
          if (sender === undefined) {
            throw new Problem(401, "unauthorized", { headers: { "www-authenticate": "Bearer" } });
          }
          senders.set(request, sender);
          encodingOf(request.headers["content-type"]);
        },
        handler: async (request, reply) => {
          const sender = senders.get(request);
          if (sender === undefined) throw new Error("a request without a sender");
          const encoding = encodingOf(request.headers["content-type"]);
          const rejections = await take(request, signal, encoding, sender);
          return reply
            .header("content-type", contentTypes[encoding])
            .send(successBody(encoding, signal.rejectedName, rejections));
        },
      });
    }
  });
}

/** Nobody learns by a partial success that they may do nothing here. @throws Problem 403 */
function refuseForbidden(rejected: readonly Rejected[]): void {
  const forbidden = rejected.find(({ isForbidden }) => isForbidden);
  if (forbidden !== undefined)
    throw denied("observe:write", forbidden.rejected.replace("observe:write is missing ", "it is needed "));
}

function rejectionsOf(rejected: readonly Rejected[]): Rejections {
  const reasons = [...new Set(rejected.map((each) => each.rejected))];
  const more = reasons.length > 3 ? `; and ${reasons.length - 3} other reasons` : "";
  return { count: rejected.length, message: `${reasons.slice(0, 3).join("; ")}${more}` };
}

/** Errors in the encoding of the request, where that is one; else in JSON. */
function sendStatus(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const answer = errorAnswer(error);
  if (answer.status >= 500) request.log.error({ err: error }, "request failed");
  const encoding = request.headers["content-type"]?.startsWith(contentTypes.protobuf) === true ? "protobuf" : "JSON";
  reply
    .code(answer.status)
    .headers({ ...answer.headers, "content-type": contentTypes[encoding] })
    .send(errorBody(encoding, answer, request.id));
}
