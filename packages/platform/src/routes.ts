import { accessRoutes } from "./access/routes.ts";
import { auditRoutes } from "./audit/routes.ts";
import { deploymentRoutes } from "./deployments/routes.ts";
import type { Repositories } from "./git/repositories.ts";
import { gitRoutes } from "./git/routes.ts";
import type { Route } from "./http/route.ts";
import { issueRoutes } from "./issues/routes.ts";
import type { MergingOptions } from "./merge-requests/merging/merge.ts";
import { mergeRequestRoutes } from "./merge-requests/routes.ts";
import { alertRoutes } from "./observe/alerts/routes.ts";
import { observeRoutes } from "./observe/routes.ts";
import type { OpsRepoServices } from "./ops-repos/ops-repo-services.ts";
import { opsRepoRoutes } from "./ops-repos/routes.ts";
import type { Outbound } from "./outbound/outbound.ts";
import type { BlobStore } from "./pipelines/artifacts/blob-store.ts";
import type { LogStore } from "./pipelines/logs/log-store.ts";
import { pipelineRoutes } from "./pipelines/routes.ts";
import { previewRoutes } from "./previews/routes.ts";
import { projectRoutes } from "./projects/routes.ts";
import type { MasterKey } from "./secrets/master-key.ts";
import { secretRoutes } from "./secrets/routes.ts";
import type { EventFeed } from "./sessions/events/event-feed.ts";
import { sessionEventRoutes } from "./sessions/events/routes.ts";
import { sessionRoutes } from "./sessions/routes.ts";
import { settingRoutes } from "./settings/routes.ts";
import type { Settings } from "./settings/schema.ts";
import { systemRoutes } from "./system/routes.ts";
import type { Metrics } from "./telemetry/metrics.ts";
import { webhookRoutes } from "./webhooks/routes.ts";
import type { ReadWorkloadLogs } from "./workloads/workload-logs.ts";

/** What every handler may need of the running platform. */
export interface Services {
  readonly repositories: Repositories;
  readonly version: string;
  /** Whether browsers send the session's cookie over HTTPS only. */
  readonly secureCookies: boolean;
  readonly metrics: Metrics;
  readonly masterKey: MasterKey;
  readonly merging: MergingOptions;
  readonly logs: LogStore;
  readonly blobs: BlobStore;
  /** What counts where nobody has set anything. */
  readonly settings: Settings;
  /** What happens in sessions. */
  readonly feed: EventFeed;
  /** What deployments and previews have printed. */
  readonly readWorkloadLogs: ReadWorkloadLogs;
  /** Where requests may go that users make the platform send. */
  readonly outbound: Outbound;
  readonly opsRepos: OpsRepoServices;
}

/** Every endpoint of the contract with what answers it. */
export function allRoutes({
  repositories,
  version,
  secureCookies,
  metrics,
  masterKey,
  merging,
  logs,
  blobs,
  settings,
  feed,
  readWorkloadLogs,
  outbound,
  opsRepos,
}: Services): readonly Route[] {
  return [
    ...systemRoutes(version, metrics),
    ...accessRoutes({ secureCookies }),
    ...settingRoutes(settings),
    ...auditRoutes,
    ...projectRoutes({ repositories, settings }),
    ...gitRoutes(repositories),
    ...pipelineRoutes({ repositories, logs, blobs }),
    ...issueRoutes,
    ...mergeRequestRoutes(repositories, merging),
    ...secretRoutes(masterKey),
    ...sessionRoutes({ repositories, settings }),
    ...sessionEventRoutes({ logs, feed }),
    ...deploymentRoutes(readWorkloadLogs),
    ...previewRoutes(readWorkloadLogs),
    ...webhookRoutes({ masterKey, outbound }),
    ...opsRepoRoutes(opsRepos),
    ...alertRoutes,
    ...observeRoutes,
  ];
}
