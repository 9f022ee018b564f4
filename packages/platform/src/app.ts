import type { FastifyBaseLogger, FastifyInstance } from "fastify";
import type { Queryable } from "./db/queryable.ts";
import type { Pushes } from "./git/push/pushes.ts";
import { registerSmartHttp } from "./git/smart-http.ts";
import { createServer } from "./http/create-server.ts";
import { defaultRateLimits, RateLimiter } from "./http/rate-limits.ts";
import { registerRoutes } from "./http/register-routes.ts";
import { allRoutes, type Services } from "./routes.ts";

/** The platform's HTTP side: the API, git over HTTP, and the API's own description. */
export function createApp(
  db: Queryable,
  services: Services,
  pushes: Pushes,
  logger: FastifyBaseLogger,
): FastifyInstance {
  const routes = allRoutes(services);
  const app = createServer({ version: services.version, logger, routes });
  // Plugins load in order: the OpenAPI plugin must see the routes that come after it.
  app.register(async (scope) => {
    registerRoutes(scope, { db, limiter: new RateLimiter(defaultRateLimits) }, routes);
    scope.get("/openapi.json", { schema: { hide: true } }, async () => app.swagger());
  });
  registerSmartHttp(app, db, services.repositories, pushes);
  return app;
}
