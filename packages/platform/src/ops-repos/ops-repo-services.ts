import type { Logger } from "pino";
import type { Queryable } from "../db/queryable.ts";
import type { Repositories } from "../git/repositories.ts";
import type { Outbound } from "../outbound/outbound.ts";
import type { FetchLimits } from "./sync/fetch-commit.ts";
import type { Snapshots } from "./sync/snapshots.ts";

/** What ops repos need of the platform. */
export interface OpsRepoServices {
  /** Outside of any request's transaction. */
  readonly db: Queryable;
  readonly repositories: Repositories;
  readonly outbound: Outbound;
  readonly snapshots: Snapshots;
  readonly limits: FetchLimits;
  /** The domain below which deployments have their addresses; undefined when they have none outside of the cluster. */
  readonly appsDomain: string | undefined;
  readonly logger: Pick<Logger, "error">;
}
