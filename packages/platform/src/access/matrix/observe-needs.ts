import { everywhere, type Need, onProject, reads } from "./need.ts";

const read = onProject("observe:read");
const readAll = everywhere("observe:read");

/** Logs, traces and metrics, in the rows of the table. */
export const observeNeeds = {
  "GET /api/observe/logs (of the project)": read,
  "GET /api/observe/logs (of all)": readAll,
  "GET /api/observe/traces (of the project)": read,
  "GET /api/observe/traces (of all)": readAll,
  "GET /api/observe/traces/{trace_id} (the project's)": reads("observe:read", "trace", "on the project"),
  "GET /api/observe/traces/{trace_id} (the platform's)": reads("observe:read", "trace", "everywhere"),
  "GET /api/observe/metrics (of the project)": read,
  "GET /api/observe/metrics (of all)": readAll,
  "GET /api/observe/metrics/names (of the project)": read,
  "GET /api/observe/metrics/names (of all)": readAll,
  "GET /api/observe/sessions/{session_id}/timeline": reads("observe:read", "session", "on the project"),
} as const satisfies Record<string, Need>;
