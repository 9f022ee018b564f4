import type { Endpoint } from "@platform-mcp/client/contract";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Caller } from "../access/caller.ts";
import { type AuditOrigin, type AuditTrail, CollectedTrail } from "../audit/trail.ts";
import type { Queryable } from "../db/queryable.ts";
import { fingerprintOf, idempotencyKey, keptKey } from "../idempotency/key.ts";
import { type CarriedOut, writeOnce } from "../idempotency/keyed-write.ts";

/** A write that is about to be carried out. */
export interface Write {
  readonly endpoint: Endpoint;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly caller: Caller | undefined;
  readonly origin: AuditOrigin;
  /** Filled by the handler, for the answer that it gives itself. */
  readonly headers: Readonly<Record<string, string>>;
  readonly run: (db: Queryable, audit: AuditTrail) => Promise<unknown>;
}

/**
 * Carries out a write in one transaction: its handler, what the handler says that it did, the answer as it will go out,
 * and for a request with an `Idempotency-Key` that answer for later. All of it is there, or nothing.
 */
export async function performWrite(database: Queryable, write: Write): Promise<FastifyReply> {
  const { endpoint, request, reply, caller } = write;
  const work = (db: Queryable) => carryOut(db, write);
  const key = keyOf(endpoint, request);
  if (caller === undefined || key === undefined) {
    const { body } = await database.transaction().execute(work);
    return sendJson(reply, endpoint.status, body);
  }
  const keyed = { userId: caller.user.id, key: keptKey(key), fingerprint: fingerprintOf(key, request) };
  const answer = await writeOnce(database, keyed, work);
  if (answer.replayed) reply.header("idempotency-replayed", "true");
  return sendJson(reply, answer.status, answer.body);
}

/** The key of a request to an endpoint that honours one: what changes but by POST can be repeated as it is. */
export function keyOf({ method, permission }: Endpoint, { headers }: FastifyRequest): string | undefined {
  return method === "POST" && permission !== "public" ? idempotencyKey(headers["idempotency-key"]) : undefined;
}

async function carryOut(db: Queryable, { endpoint, reply, origin, headers, run }: Write): Promise<CarriedOut> {
  const audit = new CollectedTrail();
  const answer = await run(db, audit);
  reply.headers(headers);
  if (audit.isEmpty) throw new Error(`${origin.action} did not record what it did`);
  await audit.write(db, origin);
  // Within the transaction: a write whose answer cannot be said has not happened.
  const body = String(reply.code(endpoint.status).serialize(answer));
  return { status: endpoint.status, body, secret: endpoint.secret, resourceId: audit.resourceId };
}

function sendJson(reply: FastifyReply, status: number, body: string): FastifyReply {
  // Bytes, because a string would be serialised once more.
  return reply.code(status).header("content-type", "application/json; charset=utf-8").send(Buffer.from(body));
}
