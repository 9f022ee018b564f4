import { expect, test } from "vitest";
import { createMetrics } from "./metrics.ts";

test("telemetry that was lost is counted, by what it was", async () => {
  const metrics = createMetrics({ totalCount: 0, idleCount: 0, waitingCount: 0 });
  const log = { projectId: null, sessionId: null, time: 0, level: "info", service: "a", message: "" } as const;
  const logs = [log, log].map((one) => ({ ...one, traceId: null, spanId: null, attributes: null }));
  metrics.telemetryDropped({ logs });
  expect(await metrics.text()).toContain('platform_telemetry_dropped_total{signal="logs"} 2');
});
