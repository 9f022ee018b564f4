/** Stands for the owner of what belongs to no project, where null cannot. */
export const nobody = "00000000-0000-0000-0000-000000000000";

const pattern = /^([0-9a-f]{32})-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** What tells traces in a list apart: the trace, and whose part of it. */
export function traceKey(traceId: string, projectId: string | null): string {
  return `${traceId}-${projectId ?? nobody}`;
}

export function isTraceKey(text: string): boolean {
  return pattern.test(text);
}

export function splitKey(key: string): { readonly traceId: string; readonly projectId: string } {
  const [, traceId = "", projectId = ""] = pattern.exec(key) ?? [];
  return { traceId, projectId };
}
