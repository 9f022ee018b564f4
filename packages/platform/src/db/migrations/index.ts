import type { Migration } from "kysely/migration";
import * as foundations from "./0001-foundations.ts";
import * as access from "./0002-access.ts";
import * as boundary from "./0003-boundary.ts";
import * as git from "./0004-git.ts";
import * as pipelines from "./0005-pipelines.ts";
import * as issues from "./0006-issues.ts";
import * as sessions from "./0007-sessions.ts";
import * as workloads from "./0008-workloads.ts";
import * as telemetry from "./0009-telemetry.ts";

/** Every migration, in order. One that has been released is never changed: a new one corrects it. */
export const migrations: Readonly<Record<string, Migration>> = {
  "0001-foundations": foundations,
  "0002-access": access,
  "0003-boundary": boundary,
  "0004-git": git,
  "0005-pipelines": pipelines,
  "0006-issues": issues,
  "0007-sessions": sessions,
  "0008-workloads": workloads,
  "0009-telemetry": telemetry,
};
