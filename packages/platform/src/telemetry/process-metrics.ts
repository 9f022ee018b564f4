import { performance } from "node:perf_hooks";
import { Counter, collectDefaultMetrics, type Registry } from "prom-client";

/** Percentiles and the like of how late timers are. */
const sampled = ["min", "max", "mean", "stddev", "p50", "p90", "p99"].map((of) => `nodejs_eventloop_lag_${of}_seconds`);
/** A sampling interval in milliseconds that is never over. */
const never = 2 ** 31 - 1;

/**
 * Adds what Prometheus' clients tell of every Node process, but for what takes sampling: that wakes a process a hundred
 * times a second, which is most of what an idle platform costs. How long the event loop was busy says as much.
 */
export function addProcessMetrics(registry: Registry): void {
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: never });
  for (const name of sampled) registry.removeSingleMetric(name);
  const busy = new Counter({
    name: "platform_event_loop_busy_seconds_total",
    help: "Time in which the process did something other than wait; its rate is the share of time in which it is busy",
    registers: [registry],
    collect() {
      busy.reset();
      busy.inc(performance.eventLoopUtilization().active / 1000);
    },
  });
}
