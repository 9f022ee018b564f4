import { system } from "@platform-mcp/client/contract";
import { sql } from "kysely";
import type { Queryable } from "../db/queryable.ts";
import { implement, implementPublic } from "../http/implement.ts";
import type { Route } from "../http/route.ts";
import { Problem } from "../problem.ts";
import type { Metrics } from "../telemetry/metrics.ts";

/** How long readiness waits for the database, in milliseconds: less than a probe waits for readiness. */
const databaseDeadline = 2000;

export function systemRoutes(version: string, metrics: Metrics): readonly Route[] {
  return [
    implementPublic(system.healthz, async () => "ok\n"),
    // The schema is current once the process listens: it migrates before that.
    implementPublic(system.readyz, async ({ db }) => {
      if (!(await answers(db)))
        throw new Problem(503, "the database does not answer", { headers: { "retry-after": "1" } });
      return { ready: true, version } as const;
    }),
    implement(system.metrics, async ({ setHeader }) => {
      setHeader("content-type", metrics.contentType);
      return await metrics.text();
    }),
  ];
}

async function answers(db: Queryable): Promise<boolean> {
  const { promise: deadline, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(resolve, databaseDeadline, false);
  const query = sql`select 1`.execute(db).then(
    () => true,
    () => false,
  );
  return await Promise.race([query, deadline]).finally(() => clearTimeout(timer));
}
