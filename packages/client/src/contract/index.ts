import * as assignments from "./admin-assignments.ts";
import * as audit from "./admin-audit.ts";
import * as config from "./admin-config.ts";
import * as delegations from "./admin-delegations.ts";
import * as roles from "./admin-roles.ts";
import * as serviceAccounts from "./admin-service-accounts.ts";
import * as userAccess from "./admin-users.ts";
import * as alerts from "./alerts.ts";
import * as auth from "./auth.ts";
import * as deployments from "./deployments.ts";
import type { Endpoint } from "./endpoint.ts";
import * as git from "./git.ts";
import * as issues from "./issues.ts";
import * as mergeRequests from "./merge-requests.ts";
import * as logs from "./observe-logs.ts";
import * as metrics from "./observe-metrics.ts";
import * as traces from "./observe-traces.ts";
import * as opsRepos from "./ops-repos.ts";
import * as pipelines from "./pipelines.ts";
import * as previews from "./previews.ts";
import * as projects from "./projects.ts";
import * as secrets from "./secrets.ts";
import * as sessions from "./sessions.ts";
import * as system from "./system.ts";
import * as tokens from "./tokens.ts";
import * as users from "./users.ts";
import * as webhooks from "./webhooks.ts";
import * as workloads from "./workloads.ts";

export { platformCredential } from "./credentials.ts";
export * from "./endpoint.ts";
export { type ErrorBody, errorBody } from "./errors.ts";
export { maxPageSize, page, pageOf } from "./lists.ts";
export { type PathParameterName, type PathParameters, pathParameters } from "./path-parameters.ts";
export { type Permission, permission, permissions } from "./permissions.ts";
export { spanIdOf, traceIdOf } from "./trace-ids.ts";
export {
  alerts,
  assignments,
  audit,
  auth,
  config,
  delegations,
  deployments,
  git,
  issues,
  logs,
  mergeRequests,
  metrics,
  opsRepos,
  pipelines,
  previews,
  projects,
  roles,
  secrets,
  serviceAccounts,
  sessions,
  system,
  tokens,
  traces,
  userAccess,
  users,
  webhooks,
  workloads,
};

function isEndpoint(value: unknown): value is Endpoint {
  return typeof value === "object" && value !== null && "method" in value && "path" in value && "permission" in value;
}

const resources = [
  system,
  auth,
  users,
  tokens,
  roles,
  assignments,
  delegations,
  serviceAccounts,
  userAccess,
  config,
  audit,
  projects,
  git,
  pipelines,
  secrets,
  issues,
  mergeRequests,
  sessions,
  deployments,
  previews,
  opsRepos,
  webhooks,
  logs,
  traces,
  metrics,
  alerts,
];

/** Every endpoint of the API: the router, the documents and the tests are checked against this list. */
export const endpoints: readonly Endpoint[] = resources.flatMap((resource) =>
  Object.values(resource).filter(isEndpoint),
);
