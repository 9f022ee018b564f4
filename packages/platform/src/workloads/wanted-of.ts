import type { WorkloadRow } from "../db/schema.ts";

/** What is wanted of a workload, as the audit log shows it: without the values, in which somebody may have put a secret. */
export function wantedOf(row: WorkloadRow) {
  const { generation, action, desired_status, image_ref, ops_repo_id, manifest_path, removal_reason } = row;
  return { generation, action, desired_status, image_ref, ops_repo_id, manifest_path, removal_reason };
}
