import type { Logger } from "pino";
import type { Claims } from "../../db/claims.ts";
import type { Queryable } from "../../db/queryable.ts";
import type { Repositories } from "../../git/repositories.ts";
import type { Workloads } from "../../runtime/workload.ts";
import type { MasterKey } from "../../secrets/master-key.ts";

/** What reconciling workloads takes. */
export interface ReconcileServices {
  readonly db: Queryable;
  readonly claims: Claims;
  readonly repositories: Repositories;
  readonly masterKey: MasterKey;
  readonly workloads: Workloads;
  readonly logger: Pick<Logger, "error" | "warn">;
}
