import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { RateClass } from "../http/rate-limits.ts";
import type { Telemetry } from "../observe/records.ts";
import { addProcessMetrics } from "./process-metrics.ts";

/** A pool of database connections, as it can be counted. */
export interface CountedPool {
  readonly totalCount: number;
  readonly idleCount: number;
  readonly waitingCount: number;
}

interface AnsweredRequest {
  readonly method: string;
  /** The template of its path; undefined where nothing is. */
  readonly route: string | undefined;
  readonly status: number;
  readonly seconds: number;
}

/** What Prometheus reads of this process. */
export interface Metrics {
  answered(request: AnsweredRequest): void;
  rateLimited(rateClass: RateClass): void;
  /** Telemetry of the platform's own could not be stored. */
  telemetryDropped(dropped: Telemetry): void;
  /** In Prometheus' text format, version 0.0.4. */
  text(): Promise<string>;
  readonly contentType: string;
}

export function createMetrics(pool: CountedPool): Metrics {
  const registry = new Registry();
  const registers = [registry];
  addProcessMetrics(registry);
  const durations = new Histogram({
    name: "platform_http_request_duration_seconds",
    help: "Requests by how long their answer took, by route template and class of status",
    labelNames: ["method", "route", "status"],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  });
  const limited = new Counter({
    name: "platform_http_rate_limited_total",
    help: "Requests that were refused for there being too many, by class",
    labelNames: ["class"],
    registers,
  });
  const dropped = new Counter({
    name: "platform_telemetry_dropped_total",
    help: "Logs, spans and points of metrics that were not stored, since too much was on its way or the database away",
    labelNames: ["signal"],
    registers,
  });
  const connections = new Gauge({
    name: "platform_database_connections",
    help: "Connections of the pool by state, and queries that wait for one",
    labelNames: ["state"],
    registers,
    collect() {
      connections.set({ state: "idle" }, pool.idleCount);
      connections.set({ state: "used" }, pool.totalCount - pool.idleCount);
      connections.set({ state: "awaited" }, pool.waitingCount);
    },
  });
  return {
    answered({ method, route = "none", status, seconds }) {
      durations.observe({ method: knownMethod(method), route, status: `${Math.floor(status / 100)}xx` }, seconds);
    },
    rateLimited: (rateClass) => limited.inc({ class: rateClass }),
    telemetryDropped({ logs = [], spans = [], points = [] }) {
      for (const [signal, records] of Object.entries({ logs, spans, points })) dropped.inc({ signal }, records.length);
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

/** Strangers must not make up series. */
function knownMethod(method: string): string {
  return /^(GET|HEAD|POST|PATCH|PUT|DELETE|OPTIONS)$/.test(method) ? method : "other";
}
