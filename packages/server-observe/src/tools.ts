import type { Tool } from "@platform-mcp/server-kit";
import { getAlert } from "./tools/get-alert.ts";
import { getTrace } from "./tools/get-trace.ts";
import { listAlerts } from "./tools/list-alerts.ts";
import { listMetricNames } from "./tools/list-metric-names.ts";
import { listTraces } from "./tools/list-traces.ts";
import { queryMetrics } from "./tools/query-metrics.ts";
import { searchLogs } from "./tools/search-logs.ts";

/** The tools of platform-observe, in the order a newcomer would meet them. */
export const tools: readonly Tool[] = [
  searchLogs,
  listTraces,
  getTrace,
  queryMetrics,
  listMetricNames,
  listAlerts,
  getAlert,
];
