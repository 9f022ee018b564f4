import type { Claim } from "../../db/claims.ts";
import type { RunningStep } from "../../runtime/runtime.ts";
import type { PipelineDefinition } from "../definition/definition.ts";
import { failure, type Outcome } from "./outcome.ts";
import type { StepServices } from "./step-services.ts";

interface EndedStep {
  readonly claim: Claim;
  readonly pipelineId: string;
  readonly definition: PipelineDefinition;
  readonly running: RunningStep;
  readonly outcome: Outcome;
}

/**
 * Keeps what a step that has ended left of its pipeline's artifacts. A step that succeeded has failed after all when
 * something of it cannot be kept: what comes after it would miss that.
 */
export async function keepArtifacts(
  services: StepServices,
  { claim, pipelineId, definition, running, outcome }: EndedStep,
): Promise<Outcome> {
  const { db, claims, artifacts, logger } = services;
  for (const artifact of definition.artifacts) {
    try {
      const output = await running.output(artifact.path);
      if (output === undefined) continue;
      await artifacts.save(db, {
        pipelineId,
        stepId: claim.id,
        definition: artifact,
        output,
        holds: async (transaction) =>
          (await transaction.selectFrom("pipeline_steps").where(claims.held(claim)).select("id").execute()).length > 0,
      });
    } catch (error) {
      logger.error({ err: error, step: claim.id, artifact: artifact.name }, "an artifact could not be kept");
      const reason = error instanceof Error ? error.message : String(error);
      const message = `its artifact "${artifact.name}" could not be kept: ${reason}`;
      return outcome.status === "success" ? failure("not_stored", message) : outcome;
    }
  }
  return outcome;
}
