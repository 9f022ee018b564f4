import type { FastifyReply, FastifyRequest } from "fastify";
import type { Caller } from "../access/caller.ts";
import { tooManyRequests } from "../problem.ts";
import { type RateClass, type RateLimiter, rateHeaders } from "./rate-limits.ts";

const callers = new WeakMap<object, Caller>();
const admitted = new WeakSet<object>();

/** Who made a request, once that is known. */
export function callerOf(request: FastifyRequest): Caller | undefined {
  return callers.get(request);
}

interface Admission {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** Undefined for whoever is no user; without a good credential they are counted by address. */
  readonly caller: Caller | undefined;
  readonly rateClass: RateClass;
  /** By what it is counted: its token unless something else is said. */
  readonly countedAs?: string | undefined;
}

/**
 * Lets a request in whose caller is known by now: notes who it is, for the logs, and counts it. After the caller is
 * known and not before, so that nobody is shut out by others behind the same address. A request counts once, however
 * often it is let in. @throws Problem 429
 */
export function admit(
  limiter: RateLimiter,
  { request, reply, caller, rateClass, countedAs = caller?.token.id }: Admission,
): void {
  if (caller !== undefined) callers.set(request, caller);
  if (admitted.has(request)) return;
  admitted.add(request);
  const counted = countedAs === undefined ? "anonymous" : rateClass;
  const allowance = limiter.take(counted, countedAs ?? request.ip);
  if (allowance === undefined) return;
  reply.headers(rateHeaders(counted, allowance));
  if (allowance.exceeded) throw tooManyRequests(allowance.reset);
}
