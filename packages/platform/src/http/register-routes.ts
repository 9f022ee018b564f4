import { isIP } from "node:net";
import type { Endpoint } from "@platform-mcp/client/contract";
import type { FastifyInstance, FastifyRequest } from "fastify";
import * as z from "zod";
import { requireGlobally, requireOnProject } from "../access/authorise.ts";
import type { Caller } from "../access/caller.ts";
import type { AuditOrigin, AuditTrail } from "../audit/trail.ts";
import type { Queryable } from "../db/queryable.ts";
import { Problem } from "../problem.ts";
import type { ActiveProject } from "../projects/queries.ts";
import { admit, callerOf } from "./admit.ts";
import { authenticateRequest } from "./authenticate.ts";
import { keyOf, performWrite } from "./perform-write.ts";
import type { RateLimiter } from "./rate-limits.ts";
import { recordRefusal } from "./record-refusal.ts";
import type { Route } from "./route.ts";
import { routerPath, routeSchema } from "./route-schema.ts";
import { sendAnswer } from "./send-answer.ts";
import { closingSignal, goneSignal } from "./signals.ts";
import { requireWellFormed } from "./well-formed.ts";

/** What the boundary works with. */
export interface Boundary {
  readonly db: Queryable;
  readonly limiter: RateLimiter;
}

interface OpenBoundary extends Boundary {
  readonly closing: AbortSignal;
}

/**
 * The boundary: puts routes on the server so that each request is authenticated, counted, parsed, authorised and, if it
 * writes, run in one transaction together with its audit entry and the answer to its idempotency key, in this order,
 * before its handler sees it.
 */
export function registerRoutes(app: FastifyInstance, boundary: Boundary, routes: readonly Route[]): void {
  const closing = closingSignal(app);
  for (const route of routes) registerRoute(app, { ...boundary, closing }, route);
}

function registerRoute(app: FastifyInstance, boundary: OpenBoundary, { endpoint, handle, turns }: Route): void {
  const { db: database, limiter, closing } = boundary;
  if (!isRead(endpoint) && "kind" in endpoint.response) throw new Error(`${endpoint.path}: a write answers with JSON`);
  app.route({
    method: endpoint.method,
    url: routerPath(endpoint.path),
    schema: routeSchema(endpoint),
    // Before the body is read: strangers cannot make the platform parse anything.
    onRequest: async (request, reply) => {
      const caller = await identify(database, endpoint, request);
      if (caller === undefined && isProbe(endpoint)) return;
      admit(limiter, { request, reply, caller, rateClass: endpoint.rate });
      if (caller === undefined && endpoint.permission !== "public") {
        throw unauthorized();
      }
      const key = keyOf(endpoint, request);
      if (key !== undefined) reply.header("idempotency-key", key);
    },
    preValidation: requireWellFormed,
    onError: async (request, _reply, error) => {
      if (isRead(endpoint)) return;
      await recordRefusal(database, originOf(endpoint, request, null), { request, error });
    },
    handler: async (request, reply) => {
      const caller = callerOf(request);
      const project = caller && (await authorise(database, caller, endpoint, request));
      const headers: Record<string, string> = {};
      const origin = originOf(endpoint, request, project?.id ?? null);
      const parsed = {
        origin,
        params: request.params,
        query: request.query,
        body: request.body,
        header: (name: string) => [request.headers[name]].flat()[0],
        signal: goneSignal(reply),
        closing,
        reauthorise: async () => {
          const callerNow = await identify(database, endpoint, request);
          if (callerNow === undefined && endpoint.permission !== "public") throw unauthorized();
          if (callerNow !== undefined) await authorise(database, callerNow, endpoint, request);
        },
        setHeader: (name: string, value: string) => {
          headers[name] = value;
        },
      };
      const run = (db: Queryable, audit: AuditTrail) =>
        // The framework has parsed all three by the endpoint's own schemas, which is what the types say.
        handle({ ...parsed, db, audit, ...(caller && { caller }), ...(project && { project }) } as Parameters<
          Route["handle"]
        >[0]);
      if (isRead(endpoint))
        return await sendAnswer(await run(database, noTrail), { endpoint, request, reply, headers });
      const write = () => performWrite(database, { endpoint, request, reply, caller, origin, headers, run });
      return await (turns === undefined || project === undefined ? write() : turns.take(project.id, write));
    },
  });
}

function unauthorized(): Problem {
  return new Problem(401, "unauthorized", { headers: { "www-authenticate": "Bearer" } });
}

async function identify(db: Queryable, { permission }: Endpoint, request: FastifyRequest): Promise<Caller | undefined> {
  return permission === "public" ? undefined : await authenticateRequest(db, request);
}

/** Whoever watches the platform asks these often, and they must answer when it is overrun. */
function isProbe(endpoint: Endpoint): boolean {
  return endpoint.permission === "public" && isRead(endpoint);
}

function isRead({ method }: Endpoint): boolean {
  return method === "GET";
}

/** What reads get: nothing that a read does belongs in the log. */
const noTrail: AuditTrail = {
  record() {
    throw new Error("a read must not write");
  },
};

function originOf({ method, path }: Endpoint, request: FastifyRequest, projectId: string | null): AuditOrigin {
  const ip = isIP(request.ip) === 0 ? null : request.ip;
  return { action: `${method} ${path}`, caller: callerOf(request), projectId, ip, requestId: request.id };
}

async function authorise(
  db: Queryable,
  caller: Caller,
  { permission, scope }: Endpoint,
  { params, query, body }: Pick<FastifyRequest, "params" | "query" | "body">,
): Promise<ActiveProject | undefined> {
  if (permission === "public" || permission === "authenticated" || scope === "each") return undefined;
  const named = { project: params, global: {}, named: body ?? query }[scope];
  const { project_id } = z.object({ project_id: z.string().nullish() }).parse(named);
  if (typeof project_id === "string") return await requireOnProject(db, caller, permission, project_id);
  if (scope === "project") throw new Error(`${permission} is asked for on a project that nothing names`);
  await requireGlobally(db, caller, permission);
  return undefined;
}
