import { randomUUID } from "node:crypto";
import { fastifySwagger } from "@fastify/swagger";
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from "fastify";
import { jsonSchemaTransform, serializerCompiler, validatorCompiler } from "fastify-type-provider-zod";
import { type AllowedMethods, allowedMethods } from "./allowed-methods.ts";
import { answerBrokenRequest } from "./answer-broken-request.ts";
import { errorAnswer } from "./error-answer.ts";
import type { Route } from "./route.ts";
import { type Telemetry, watchRequests } from "./watch-requests.ts";

/** Largest JSON body, in bytes. Git's own routes stream and are not bound by it. */
const maxBodyBytes = 2 * 1024 * 1024;

const securityHeaders = {
  "x-frame-options": "DENY",
  "x-content-type-options": "nosniff",
  "referrer-policy": "strict-origin-when-cross-origin",
};

export interface ServerOptions {
  readonly version: string;
  readonly logger: FastifyBaseLogger;
  readonly routes: readonly Route[];
  readonly telemetry: Telemetry;
  /** Whether `X-Forwarded-For` says who asks: only true when every request comes through a proxy that sets it. */
  readonly trustProxy: boolean;
}

/** The HTTP server without its routes: parsing by the contract's schemas, error bodies, headers, logs, OpenAPI. */
export function createServer({ version, logger, routes, telemetry, trustProxy }: ServerOptions): FastifyInstance {
  const app: FastifyInstance = fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: "request_id" }),
    bodyLimit: maxBodyBytes,
    trustProxy,
    genReqId: ({ headers }) => requestId(headers["x-request-id"]),
    routerOptions: { maxParamLength: 1024 },
    forceCloseConnections: "idle",
    clientErrorHandler: answerBrokenRequest,
    // What the router itself refuses has seen no hook.
    frameworkErrors: (error, request, reply) => sendError(error, request, reply.headers(commonHeaders(request))),
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.addHook("onRequest", async (request, reply) => {
    reply.headers(commonHeaders(request));
  });
  watchRequests(app, telemetry);
  app.setErrorHandler(sendError);
  // Bodies are JSON; the framework would also take plain text.
  app.removeContentTypeParser("text/plain");
  const allowed = allowedMethods(routes);
  app.setNotFoundHandler((request, reply) => {
    const { status, body, headers } = nothingThere(request.url, allowed);
    return reply
      .code(status)
      .headers(headers)
      .send({ ...body, request_id: request.id });
  });
  app.register(fastifySwagger, {
    openapi: {
      openapi: "3.1.0",
      info: { title: "Platform API", version },
      components: { securitySchemes: { token: { type: "http", scheme: "bearer" } } },
      security: [{ token: [] }],
    },
    transform: jsonSchemaTransform,
  });
  return app;
}

/** The one place where an error becomes an answer. */
function sendError(error: unknown, request: Pick<FastifyRequest, "id" | "log">, reply: FastifyReply): void {
  const { status, body, headers } = errorAnswer(error);
  if (status >= 500) request.log.error({ err: error }, "request failed");
  reply
    .code(status)
    .headers(headers ?? {})
    .send({ ...body, request_id: request.id });
}

function commonHeaders({ id }: Pick<FastifyRequest, "id">) {
  return { ...securityHeaders, "x-request-id": id };
}

function requestId(given: string | string[] | undefined): string {
  return typeof given === "string" && /^[\w.:-]{1,100}$/.test(given) ? given : randomUUID();
}

function nothingThere(url: string, allowed: AllowedMethods) {
  const methods = allowed(url.split("?", 1)[0] ?? "");
  if (methods.length === 0) return { status: 404, body: { error: "not found" }, headers: {} };
  return { status: 405, body: { error: "method not allowed" }, headers: { allow: methods.join(", ") } };
}
