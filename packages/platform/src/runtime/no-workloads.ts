import { WorkloadError, type Workloads } from "./workload.ts";

/** Of a runtime that cannot keep anything running. */
export const noWorkloads: Workloads = {
  isOwn: false,
  runsCommits: false,
  apply: async () => {
    throw new WorkloadError("unreachable", "this platform cannot keep anything running", { isFinal: true });
  },
  observe: async () => ({ status: "absent", reason: null, message: null, url: null }),
  remove: async () => true,
  stop: async () => true,
  logs: async () => "",
  watch: () => {},
  removeOrphans: async () => {},
  close: async () => {},
};
