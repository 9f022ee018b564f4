import type { Logger } from "pino";
import type { Queryable } from "../../db/queryable.ts";
import { deployPipeline } from "./deploy-pipeline.ts";
import type { DeployServices } from "./deploy-services.ts";
import { markChecked, nextPipeline, putOff } from "./next-pipeline.ts";

/**
 * Looks at the next pipeline that has succeeded; false when there is none. What follows from it, and that it has been
 * looked at, is one transaction. One that cannot be looked at is put off.
 */
export async function deployNext(
  db: Queryable,
  services: DeployServices,
  logger: Pick<Logger, "error">,
): Promise<boolean> {
  let taken: Awaited<ReturnType<typeof nextPipeline>>;
  try {
    return await db.transaction().execute(async (transaction) => {
      taken = await nextPipeline(transaction);
      if (taken === undefined) return false;
      await deployPipeline(transaction, services, taken);
      await markChecked(transaction, taken.id);
      return true;
    });
  } catch (error) {
    if (taken === undefined) throw error;
    const { id, project_id, deploy_failures } = taken;
    logger.error({ err: error, pipeline: id, project_id, deploy_failures }, "what a pipeline made was not deployed");
    await putOff(db, taken);
    return true;
  }
}
