import * as z from "zod";
import { queryInteger, traceId, uuid } from "./values.ts";

/** Where a project's deployment runs. */
export const environment = z.enum(["preview", "staging", "production"], {
  error: "environment must be one of: preview, staging, production",
});

/** Every name that may stand in `{braces}` in an endpoint's path, with the rule for its value. */
export const pathParameters = {
  project_id: uuid,
  user_id: uuid,
  token_id: uuid,
  role_id: uuid,
  delegation_id: uuid,
  pipeline_id: uuid,
  step_id: uuid,
  artifact_id: uuid,
  session_id: uuid,
  comment_id: uuid,
  ops_repo_id: uuid,
  webhook_id: uuid,
  alert_id: uuid,
  trace_id: traceId,
  environment,
  branch_slug: z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, "is not the slug of a branch"),
  /** Of an issue or a merge request, counted from 1 in each project. */
  number: queryInteger(1, 2_147_483_647),
  secret_name: z.string().min(1).max(255),
} as const satisfies Record<string, z.ZodType>;

export type PathParameterName = keyof typeof pathParameters;
export type PathParameters = { [Name in PathParameterName]: z.output<(typeof pathParameters)[Name]> };
