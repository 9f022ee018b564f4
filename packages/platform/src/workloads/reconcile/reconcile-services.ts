import type { Logger } from "pino";
import type { Claims } from "../../db/claims.ts";
import type { Queryable } from "../../db/queryable.ts";
import type { Repositories } from "../../git/repositories.ts";
import type { OwnTelemetry } from "../../observe/own/own-telemetry.ts";
import type { FoundManifests, WantedManifests } from "../../ops-repos/manifests-of.ts";
import type { Workloads } from "../../runtime/workload.ts";
import type { MasterKey } from "../../secrets/master-key.ts";

/** What reconciling workloads takes. */
export interface ReconcileServices {
  readonly db: Queryable;
  readonly claims: Claims;
  readonly repositories: Repositories;
  readonly masterKey: MasterKey;
  readonly workloads: Workloads;
  /** What an ops repo says of a workload. @throws WorkloadError */
  readonly manifestsOf: (wanted: WantedManifests, signal: AbortSignal) => Promise<FoundManifests>;
  readonly telemetry: Pick<OwnTelemetry, "settingsFor">;
  readonly logger: Pick<Logger, "error" | "warn">;
}
