/** The name of the log of one run of a step: each run has its own, and older ones are kept. */
export function logRef(pipelineId: string, stepId: string, attempt: number): string {
  return `logs/pipelines/${pipelineId}/${stepId}.${attempt}.log`;
}

/** Whether a name is one that `logRef` gives: anything else must not become a path. */
export function isLogRef(ref: string): boolean {
  return /^logs\/pipelines\/[0-9a-f-]{36}\/[0-9a-f-]{36}\.\d{1,10}\.log$/.test(ref);
}
