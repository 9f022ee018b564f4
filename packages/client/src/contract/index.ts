import * as auth from "./auth.ts";
import type { Endpoint } from "./endpoint.ts";
import * as git from "./git.ts";
import * as projects from "./projects.ts";
import * as system from "./system.ts";

export * from "./endpoint.ts";
export { type ErrorBody, errorBody } from "./errors.ts";
export { maxPageSize, page, pageOf } from "./lists.ts";
export { type PathParameterName, type PathParameters, pathParameters } from "./path-parameters.ts";
export { type Permission, permission, permissions } from "./permissions.ts";
export { auth, git, projects, system };

function isEndpoint(value: unknown): value is Endpoint {
  return typeof value === "object" && value !== null && "method" in value && "path" in value && "permission" in value;
}

/** Every endpoint of the API: the router, the documents and the tests are checked against this list. */
export const endpoints: readonly Endpoint[] = [system, auth, projects, git].flatMap((resource) =>
  Object.values(resource).filter(isEndpoint),
);
