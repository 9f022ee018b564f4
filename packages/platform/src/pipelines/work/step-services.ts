import type { Logger } from "pino";
import type { Claims } from "../../db/claims.ts";
import type { Queryable } from "../../db/queryable.ts";
import type { Repositories } from "../../git/repositories.ts";
import type { OwnTelemetry } from "../../observe/own/own-telemetry.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import type { MasterKey } from "../../secrets/master-key.ts";
import type { ArtifactStore } from "../artifacts/artifact-store.ts";
import type { LogStore } from "../logs/log-store.ts";

/** What running steps takes. */
export interface StepServices {
  readonly db: Queryable;
  readonly claims: Claims;
  readonly repositories: Repositories;
  readonly runtime: Runtime;
  readonly logs: Pick<LogStore, "open">;
  /** Bytes of the largest log. */
  readonly maxLogBytes: number;
  readonly artifacts: ArtifactStore;
  readonly masterKey: MasterKey;
  /** Where images are pushed, as their names begin. */
  readonly registry: string;
  readonly telemetry: OwnTelemetry;
  readonly logger: Pick<Logger, "error" | "warn" | "info">;
}
