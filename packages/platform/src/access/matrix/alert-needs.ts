import { allOf, everywhere, type Need, onProject, reads } from "./need.ts";

const read = onProject("observe:read");
const readAll = everywhere("observe:read");
const manage = onProject("alert:manage");
const manageAll = everywhere("alert:manage");
const readIt = reads("observe:read", "alert rule", "on the project");
const readThePlatforms = reads("observe:read", "alert rule", "everywhere");

/** Alert rules, in the rows of the table. */
export const alertNeeds = {
  "GET /api/observe/alerts (of the project)": read,
  "GET /api/observe/alerts (of all)": readAll,
  // A rule tells of what it looks at.
  "POST /api/observe/alerts (on the project)": allOf(manage, read),
  "POST /api/observe/alerts (on all)": allOf(manageAll, readAll),
  "GET /api/observe/alerts/{alert_id} (the project's)": readIt,
  "GET /api/observe/alerts/{alert_id} (the platform's)": readThePlatforms,
  "PATCH /api/observe/alerts/{alert_id} (the project's)": allOf(readIt, manage),
  "PATCH /api/observe/alerts/{alert_id} (the platform's)": allOf(readThePlatforms, manageAll),
  "DELETE /api/observe/alerts/{alert_id} (the project's)": allOf(readIt, manage),
  "DELETE /api/observe/alerts/{alert_id} (the platform's)": allOf(readThePlatforms, manageAll),
  "GET /api/observe/alerts/{alert_id}/events (the project's)": readIt,
  "GET /api/observe/alerts/{alert_id}/events (the platform's)": readThePlatforms,
} as const satisfies Record<string, Need>;
