import { uuidPattern } from "../uuid-pattern.ts";

/** The name of the log of one run of a step: each run has its own, and older ones are kept. */
export function logRef(pipelineId: string, stepId: string, attempt: number): string {
  return `logs/pipelines/${pipelineId}/${stepId}.${attempt}.log`;
}

/** The name of the log of a session: what its processes printed, whichever platform read it. */
export function agentLogRef(sessionId: string): string {
  return `logs/agents/${sessionId}/output.log`;
}

const refPattern = new RegExp(
  `^logs/(pipelines/${uuidPattern}/${uuidPattern}\\.\\d{1,10}|agents/${uuidPattern}/output)\\.log$`,
);

/** Whether a name is one of these: anything else must not become a path. */
export function isLogRef(ref: string): boolean {
  return refPattern.test(ref);
}
