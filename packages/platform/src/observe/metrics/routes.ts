import { metrics } from "@platform-mcp/client/contract";
import { implement } from "../../http/implement.ts";
import type { Route } from "../../http/route.ts";
import { withinTime } from "../../search/within-time.ts";
import { queryPoints } from "./query-points.ts";
import { selectSeries } from "./series.ts";

export const metricRoutes: readonly Route[] = [
  implement(metrics.queryMetrics, ({ db, caller, query }) =>
    withinTime(db, caller.user.id, (reading) => queryPoints(reading, query)),
  ),

  implement(metrics.listMetricNames, ({ db, caller, query: { project_id, name, limit, offset } }) =>
    withinTime(db, caller.user.id, async (reading) => {
      const series = await selectSeries(reading, { projectId: project_id, name }).limit(limit).offset(offset).execute();
      return series.map(({ name: called, labels, metric_type, unit, last_at, project_id: owner }) => ({
        name: called,
        labels,
        metric_type,
        unit,
        last_at,
        project_id: owner,
      }));
    }),
  ),
];
