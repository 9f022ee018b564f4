import { randomBytes } from "node:crypto";
import { addTrace } from "../../observe/testing/add-trace.ts";
import { nothings } from "../../testing/things-in-project.ts";
import type { observeNeeds } from "./observe-needs.ts";
import type { MakeDetails } from "./requests.ts";

const ofAll: MakeDetails = () => ({});
const ofProject: MakeDetails = ({ target }) => ({ query: { project_id: target.id } });

/** Requests as those of `requests.ts`, about logs, traces and metrics. */
export const observeRequests: Readonly<Record<keyof typeof observeNeeds, MakeDetails>> = {
  "GET /api/observe/logs (of the project)": ofProject,
  "GET /api/observe/logs (of all)": ofAll,
  "GET /api/observe/traces (of the project)": ofProject,
  "GET /api/observe/traces (of all)": ofAll,
  "GET /api/observe/traces/{trace_id} (the project's)": async ({ world, target }) => {
    const id = target.exists ? await addTrace(world.platform.db, target.id) : randomBytes(16).toString("hex");
    return { params: { trace_id: id } };
  },
  "GET /api/observe/traces/{trace_id} (the platform's)": async ({ world }) => ({
    params: { trace_id: await addTrace(world.platform.db, null) },
  }),
  "GET /api/observe/metrics (of the project)": ({ target }) => ({ query: { project_id: target.id, name: "load" } }),
  "GET /api/observe/metrics (of all)": () => ({ query: { name: "load" } }),
  "GET /api/observe/metrics/names (of the project)": ofProject,
  "GET /api/observe/metrics/names (of all)": ofAll,
  "GET /api/observe/sessions/{session_id}/timeline": ({ world, target }) => ({
    params: { session_id: (world.things.get(target.id) ?? nothings).session_id },
  }),
};
