import type { FastifyBaseLogger, FastifyInstance } from "fastify";
import type { Queryable } from "./db/queryable.ts";
import type { Pushes } from "./git/push/pushes.ts";
import { registerSmartHttp } from "./git/smart-http.ts";
import { closeWhenAnswered } from "./http/close-when-answered.ts";
import { createServer } from "./http/create-server.ts";
import { RateLimiter, type RateLimits } from "./http/rate-limits.ts";
import { registerRoutes } from "./http/register-routes.ts";
import { registerOtlp } from "./observe/otlp/register-otlp.ts";
import type { TelemetryWriter } from "./observe/records.ts";
import { definitionJsonSchema } from "./pipelines/definition/json-schema.ts";
import { allRoutes, type Services } from "./routes.ts";
import type { Tracing } from "./telemetry/tracing.ts";

export interface AppOptions {
  readonly db: Queryable;
  readonly services: Services;
  readonly pushes: Pushes;
  readonly logger: FastifyBaseLogger;
  readonly rateLimits: RateLimits;
  readonly trustProxy: boolean;
  readonly tracing: Tracing | undefined;
  readonly telemetry: TelemetryWriter;
}

/** The platform's HTTP side: the API, git over HTTP, and the API's own description. */
export function createApp({ db, services, pushes, logger, ...options }: AppOptions): FastifyInstance {
  const routes = allRoutes(services);
  const { version, metrics, repositories, masterKey } = services;
  const { tracing, telemetry, trustProxy, rateLimits } = options;
  const app = createServer({ version, logger, routes, telemetry: { metrics, tracing }, trustProxy });
  const limiter = new RateLimiter(rateLimits, { onExceeded: metrics.rateLimited });
  closeWhenAnswered(app);
  // Plugins load in order: the OpenAPI plugin must see the routes that come after it.
  app.register(async (scope) => {
    registerRoutes(scope, { db, limiter }, routes);
    scope.get("/openapi.json", { schema: { hide: true } }, async () => app.swagger());
    scope.get("/platform-yaml.schema.json", { schema: { hide: true } }, async () => definitionJsonSchema);
  });
  registerSmartHttp(app, { db, repositories, pushes, limiter });
  registerOtlp(app, { db, masterKey, limiter, telemetry });
  return app;
}
