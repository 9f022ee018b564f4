import * as assignments from "./admin-assignments.ts";
import * as delegations from "./admin-delegations.ts";
import * as roles from "./admin-roles.ts";
import * as serviceAccounts from "./admin-service-accounts.ts";
import * as auth from "./auth.ts";
import * as deployments from "./deployments.ts";
import type { Endpoint } from "./endpoint.ts";
import * as git from "./git.ts";
import * as issues from "./issues.ts";
import * as mergeRequests from "./merge-requests.ts";
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

export * from "./endpoint.ts";
export { type ErrorBody, errorBody } from "./errors.ts";
export { maxPageSize, page, pageOf } from "./lists.ts";
export { type PathParameterName, type PathParameters, pathParameters } from "./path-parameters.ts";
export { type Permission, permission, permissions } from "./permissions.ts";
export {
  assignments,
  auth,
  delegations,
  deployments,
  git,
  issues,
  mergeRequests,
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
];

/** Every endpoint of the API: the router, the documents and the tests are checked against this list. */
export const endpoints: readonly Endpoint[] = resources.flatMap((resource) =>
  Object.values(resource).filter(isEndpoint),
);
