import { Problem } from "../../problem.ts";
import { type RunningStep, StartError } from "../../runtime/runtime.ts";
import { UnreadableSecretError } from "../../secrets/unreadable-secret-error.ts";
import type { RunControl } from "../../workers/run-control.ts";
import type { LogWriter } from "../logs/log-writer.ts";
import type { Work } from "./begin-work.ts";
import { keepArtifacts } from "./keep-artifacts.ts";
import { exitOutcome, failure, type Outcome, type StopCause, stoppedOutcome } from "./outcome.ts";
import { type PreparedStep, prepareStep } from "./prepare-step.ts";
import type { StepServices } from "./step-services.ts";

/** The longest that a timer can wait, in minutes. */
const LONGEST_TIMER = 35_000;

interface StepToPerform {
  readonly work: Work;
  /** @throws when there can be none */
  readonly openLog: (prepared: PreparedStep) => Promise<LogWriter>;
  readonly control: RunControl<StopCause, RunningStep>;
  /** Awaited before the process starts; when it rejects, none does. */
  readonly starting: () => Promise<void>;
}

/**
 * Runs a step from its preparation to the end of its process and the keeping of what it left. Undefined when it was
 * stopped before its process started. @throws what is not the step's own fault
 */
export async function performStep(services: StepServices, step: StepToPerform): Promise<Outcome | undefined> {
  const { logger, runtime } = services;
  let prepared: PreparedStep;
  try {
    prepared = await prepareStep(services, step.work);
  } catch (error) {
    const isExplained = [StartError, UnreadableSecretError, Problem].some((type) => error instanceof type);
    if (isExplained && error instanceof Error) return failure("start_failed", error.message);
    throw error;
  }
  let log: LogWriter;
  try {
    log = await step.openLog(prepared);
  } catch (error) {
    logger.error({ err: error, step: prepared.plan.stepId }, "the log of a step could not be opened");
    return failure("not_stored", "its log could not be opened");
  }
  let outcome: Outcome | undefined;
  try {
    for (const line of runtime.describe(prepared.plan)) await log.note(line);
    outcome = await execute(services, step, prepared, log);
    if (outcome !== undefined && outcome.message !== null) await log.note(outcome.message);
  } finally {
    await log.close();
  }
  if (log.failure === undefined || outcome === undefined || outcome.message !== null) return outcome;
  logger.error({ err: log.failure, step: prepared.plan.stepId }, "the log of a step could not be stored");
  return { ...outcome, message: "a part of its log could not be stored" };
}

async function execute(
  services: StepServices,
  { work, control, starting }: StepToPerform,
  { plan, definition, timeoutMinutes }: PreparedStep,
  log: LogWriter,
): Promise<Outcome | undefined> {
  const timer = setTimeout(() => control.stop("timeout"), Math.min(timeoutMinutes, LONGEST_TIMER) * 60_000);
  try {
    const events = { output: (chunk: Uint8Array) => log.write(chunk), starting };
    const running = await services.runtime.startStep(plan, events, control.signal);
    control.take(running);
    const exit = await running.exited;
    const { cause } = control;
    clearTimeout(timer);
    const outcome = cause === undefined ? exitOutcome(exit) : stoppedOutcome(cause, timeoutMinutes);
    return cause === undefined || cause === "timeout"
      ? await keepArtifacts(services, { claim: work.claim, pipelineId: work.pipeline.id, definition, running, outcome })
      : outcome;
  } catch (error) {
    if (control.running !== undefined) throw error;
    if (control.cause === "timeout") return stoppedOutcome("timeout", timeoutMinutes);
    if (control.cause !== undefined) return undefined;
    if (error instanceof StartError) return failure(error.reason, error.message);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
