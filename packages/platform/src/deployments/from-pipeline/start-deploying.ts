import type { Logger } from "pino";
import type { Queryable } from "../../db/queryable.ts";
import type { Wakeups } from "../../db/wakeups.ts";
import { attendRows } from "../../workers/attend-rows.ts";
import { deployNext } from "./deploy-next.ts";
import type { DeployServices } from "./deploy-services.ts";

export interface DeployingOptions extends DeployServices {
  readonly db: Queryable;
  readonly wakeups: Wakeups;
  readonly logger: Pick<Logger, "error">;
}

/** How many pipelines one platform looks at at the same time: a repository that is slow to read does not hold all up. */
const lanes = 2;
/** How often it looks for pipelines that nothing has told it of, in milliseconds. */
const POLL = 5_000;

/** Deploys what pipelines made, until it is closed. Each pipeline has its effect once, on one platform. */
export function startDeploying(options: DeployingOptions): { close(): Promise<void> } {
  const { db, wakeups, logger } = options;
  return attendRows({
    ...{ wakeups, channels: ["pipelines"], lanes, poll: POLL },
    work: async (signal) => {
      while (!signal.aborted && (await deployNext(db, options, logger)));
    },
    onError: (error) => logger.error({ err: error }, "deploying what pipelines made"),
  });
}
