import type { deployments, QueryOf } from "@platform-mcp/client/contract";
import type { Queryable } from "../db/queryable.ts";
import { SecretFinder } from "../pipelines/logs/secret-finder.ts";
import { maskText } from "../pipelines/logs/secret-masker.ts";
import { Problem } from "../problem.ts";
import type { WorkloadName, Workloads } from "../runtime/workload.ts";
import type { MasterKey } from "../secrets/master-key.ts";
import { projectSecrets } from "../secrets/project-secrets.ts";

type Selection = QueryOf<typeof deployments.deploymentLogs>;

/** What workloads have printed, for whoever may read it. */
export interface WorkloadLogs {
  /** @throws Problem 503 while the platform is starting */
  read(db: Queryable, name: WorkloadName, selection: Selection): Promise<string>;
}

interface WorkloadLogsOptions {
  readonly masterKey: MasterKey;
  /** What runs them; undefined as long as it is not there: requests are answered before anything is run. */
  readonly runtime: () => Pick<Workloads, "logs"> | undefined;
}

/** Logs as the runtime has them, without the secrets that the workload has been given. */
export function workloadLogs({ masterKey, runtime }: WorkloadLogsOptions): WorkloadLogs {
  return {
    async read(db, name, selection) {
      const workloads = runtime();
      if (workloads === undefined) {
        throw new Problem(503, "the platform is starting", { headers: { "retry-after": "1" } });
      }
      const purpose = name.kind === "deployment" ? "deploy" : "preview";
      const secrets = await projectSecrets(db, masterKey, { projectId: name.projectId, purpose });
      return maskText(await workloads.logs(name, selection), new SecretFinder([...secrets.values()]));
    },
  };
}
