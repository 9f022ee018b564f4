import { addAlertRule } from "../../observe/alerts/testing/add-alert-rule.ts";
import { nothings } from "../../testing/things-in-project.ts";
import type { alertNeeds } from "./alert-needs.ts";
import type { MakeDetails, Scene } from "./requests.ts";

const wanted = { name: "slow", query: "metric:duration agg:p95", condition: "gt", threshold: 500 };
const change = { severity: "critical" };

/** A rule of the project that is the request's own, or one of the platform's. */
function aboutRule(whose: "project" | "platform", body?: unknown): MakeDetails {
  return async ({ world, target }: Scene) => {
    const isThere = whose === "platform" || target.exists;
    const project = whose === "platform" ? null : target.id;
    const alert_id = isThere ? await addAlertRule(world.platform.db, project) : nothings.alert_id;
    return { params: { alert_id }, ...(body !== undefined && { body }) };
  };
}

/** Requests as those of `requests.ts`, about alert rules. */
export const alertRequests: Readonly<Record<keyof typeof alertNeeds, MakeDetails>> = {
  "GET /api/observe/alerts (of the project)": ({ target }) => ({ query: { project_id: target.id } }),
  "GET /api/observe/alerts (of all)": () => ({}),
  "POST /api/observe/alerts (on the project)": ({ target }) => ({ body: { ...wanted, project_id: target.id } }),
  "POST /api/observe/alerts (on all)": () => ({ body: wanted }),
  "GET /api/observe/alerts/{alert_id} (the project's)": aboutRule("project"),
  "GET /api/observe/alerts/{alert_id} (the platform's)": aboutRule("platform"),
  "PATCH /api/observe/alerts/{alert_id} (the project's)": aboutRule("project", change),
  "PATCH /api/observe/alerts/{alert_id} (the platform's)": aboutRule("platform", change),
  "DELETE /api/observe/alerts/{alert_id} (the project's)": aboutRule("project"),
  "DELETE /api/observe/alerts/{alert_id} (the platform's)": aboutRule("platform"),
  "GET /api/observe/alerts/{alert_id}/events (the project's)": aboutRule("project"),
  "GET /api/observe/alerts/{alert_id}/events (the platform's)": aboutRule("platform"),
};
