import type { Route } from "../http/route.ts";
import { logRoutes } from "./logs/routes.ts";
import { metricRoutes } from "./metrics/routes.ts";
import { timelineRoutes } from "./timeline/routes.ts";
import { traceRoutes } from "./traces/routes.ts";

/** What is asked of telemetry. */
export const observeRoutes: readonly Route[] = [...logRoutes, ...traceRoutes, ...metricRoutes, ...timelineRoutes];
