import type { Logger } from "pino";
import type { Claims } from "../../db/claims.ts";
import type { Queryable } from "../../db/queryable.ts";
import type { OwnTelemetry } from "../../observe/own/own-telemetry.ts";
import type { LogStore } from "../../pipelines/logs/log-store.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import type { MasterKey } from "../../secrets/master-key.ts";

/** What running sessions takes. */
export interface SessionServices {
  readonly db: Queryable;
  readonly claims: Claims;
  readonly runtime: Runtime;
  readonly logs: Pick<LogStore, "resume">;
  readonly telemetry: Pick<OwnTelemetry, "offer" | "settingsFor">;
  /** Bytes of the largest output of a session that is kept. */
  readonly maxLogBytes: number;
  readonly masterKey: MasterKey;
  /** What agents get of the platform's own environment. */
  readonly agentEnvironment: Readonly<Record<string, string>>;
  /** How long an agent that ends with its platform may save its work when that closes, in milliseconds. */
  readonly closingGrace: number;
  /** How long a session waits, when it could not be started, before that is tried again, in milliseconds. */
  readonly retryPause: number;
  readonly logger: Pick<Logger, "error" | "warn" | "info">;
}
