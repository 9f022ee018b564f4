import { pino } from "pino";
import type { Queryable } from "../../db/queryable.ts";
import { createMetrics } from "../../telemetry/metrics.ts";
import { closeWhenAnswered } from "../close-when-answered.ts";
import { createServer } from "../create-server.ts";
import { RateLimiter } from "../rate-limits.ts";
import { registerRoutes } from "../register-routes.ts";
import type { Route } from "../route.ts";

/** A server with the platform's boundary and these routes alone; nothing is limited. */
export async function serveRoutes(db: Queryable, routes: readonly Route[], logger = pino({ level: "silent" })) {
  const metrics = createMetrics({ totalCount: 0, idleCount: 0, waitingCount: 0 });
  const app = createServer({
    version: "0",
    logger,
    routes,
    telemetry: { metrics, tracing: undefined },
    trustProxy: false,
  });
  const limiter = new RateLimiter({ read: 0, write: 0, expensive: 0, git: 0, ingest: 0, anonymous: 0 });
  closeWhenAnswered(app);
  registerRoutes(app, { db, limiter }, routes);
  return { url: await app.listen({ host: "127.0.0.1", port: 0 }), close: () => app.close() };
}
