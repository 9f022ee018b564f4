import { uuidPattern } from "../uuid-pattern.ts";

/** The name of the log of one run of a step: each run has its own, and older ones are kept. */
export function logRef(pipelineId: string, stepId: string, attempt: number): string {
  return `logs/pipelines/${pipelineId}/${stepId}.${attempt}.log`;
}

const refPattern = new RegExp(`^logs/pipelines/${uuidPattern}/${uuidPattern}\\.\\d{1,10}\\.log$`);

/** Whether a name is one that `logRef` gives: anything else must not become a path. */
export function isLogRef(ref: string): boolean {
  return refPattern.test(ref);
}
