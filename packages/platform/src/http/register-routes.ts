import { isIP } from "node:net";
import { type Endpoint, type PathParameterName, pathParameters } from "@platform-mcp/client/contract";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import * as z from "zod";
import { requireGlobally, requireOnProject } from "../access/authorise.ts";
import type { Caller } from "../access/caller.ts";
import { type AuditOrigin, CollectedTrail } from "../audit/trail.ts";
import type { Queryable } from "../db/queryable.ts";
import { Problem } from "../problem.ts";
import type { ActiveProject } from "../projects/queries.ts";
import { authenticateRequest } from "./authenticate.ts";
import type { Route } from "./route.ts";

/**
 * The boundary: puts routes on the server so that each request is authenticated, parsed, authorised and, if it writes,
 * run in one transaction, in this order, before its handler sees it.
 */
export function registerRoutes(app: FastifyInstance, database: Queryable, routes: readonly Route[]): void {
  for (const route of routes) registerRoute(app, database, route);
}

function registerRoute(app: FastifyInstance, database: Queryable, { endpoint, handle }: Route): void {
  const callers = new WeakMap<FastifyRequest, Caller>();
  app.route({
    method: endpoint.method,
    url: routerPath(endpoint.path),
    schema: schemaOf(endpoint),
    // Before the body is read: strangers cannot make the platform parse anything.
    onRequest: async (request) => {
      if (endpoint.permission === "public") return;
      const caller = await authenticateRequest(database, request);
      if (caller === undefined) throw new Problem(401, "unauthorized", { headers: { "www-authenticate": "Bearer" } });
      callers.set(request, caller);
    },
    handler: async (request, reply) => {
      const caller = callers.get(request);
      const project = caller && (await authorise(database, caller, endpoint, request.params));
      const parsed = {
        params: request.params,
        query: request.query,
        body: request.body,
        signal: closeSignal(reply),
        setHeader: (name: string, value: string) => void reply.header(name, value),
      };
      const audit = new CollectedTrail();
      const run = (db: Queryable) =>
        // The framework has parsed all three by the endpoint's own schemas, which is what the types say.
        handle({ ...parsed, db, audit, ...(caller && { caller }), ...(project && { project }) } as Parameters<
          Route["handle"]
        >[0]);
      const origin = { ...originOf(endpoint, request), caller, projectId: project?.id ?? null };
      const answer = isRead(endpoint)
        ? await run(database)
        : await database.transaction().execute((db) => audited(db, audit, origin, run));
      return reply.code(endpoint.status).send(answer);
    },
  });
}

/** `{name}` as the router writes it. */
function routerPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ":$1");
}

function schemaOf({ path, summary, query, body, response, status, permission }: Endpoint) {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as PathParameterName);
  return {
    summary,
    description:
      permission === "public"
        ? "Public."
        : permission === "authenticated"
          ? "Any valid token."
          : `Needs ${permission}.`,
    ...(names.length > 0 && {
      params: z.object(Object.fromEntries(names.map((name) => [name, pathParameters[name]]))),
    }),
    ...(query && { querystring: query }),
    ...(body && { body }),
    ...("kind" in response ? {} : { response: { [status]: response } }),
  };
}

async function authorise(
  db: Queryable,
  caller: Caller,
  { permission, scope }: Endpoint,
  params: unknown,
): Promise<ActiveProject | undefined> {
  if (permission === "public" || permission === "authenticated" || scope === "each") return undefined;
  if (scope === "global") {
    await requireGlobally(db, caller, permission);
    return undefined;
  }
  const { project_id } = z.object({ project_id: z.string() }).parse(params);
  return await requireOnProject(db, caller, permission, project_id);
}

function isRead({ method }: Endpoint): boolean {
  return method === "GET";
}

function originOf({ method, path }: Endpoint, { ip, id }: FastifyRequest) {
  return { action: `${method} ${path}`, ip: isIP(ip) === 0 ? null : ip, requestId: id };
}

/** Runs a write and puts what it says about itself into its own transaction. */
async function audited<T>(
  db: Queryable,
  audit: CollectedTrail,
  origin: AuditOrigin,
  run: (db: Queryable) => Promise<T>,
): Promise<T> {
  const answer = await run(db);
  await audit.write(db, origin);
  return answer;
}

/** Aborted when the connection closes before the answer has been sent. */
function closeSignal({ raw }: FastifyReply): AbortSignal {
  const controller = new AbortController();
  raw.once("close", () => {
    if (!raw.writableFinished) controller.abort();
  });
  return controller.signal;
}
