/** What the platform itself tells each step: these names are not free. */
const reserved = new Set([
  "PIPELINE_ID",
  "STEP_NAME",
  "COMMIT_REF",
  "COMMIT_BRANCH",
  "COMMIT_SHA",
  "PROJECT",
  "REGISTRY",
]);

/** Whether a definition may not set the variable, since the platform does. */
export function isReservedVariable(name: string): boolean {
  return reserved.has(name) || name.startsWith("PLATFORM_");
}
