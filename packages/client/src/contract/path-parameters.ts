import * as z from "zod";
import { queryInteger, uuid } from "./values.ts";

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
  /** Of an issue or a merge request, counted from 1 in each project. */
  number: queryInteger(1, 2_147_483_647),
  secret_name: z.string().min(1).max(255),
} as const satisfies Record<string, z.ZodType>;

export type PathParameterName = keyof typeof pathParameters;
export type PathParameters = { [Name in PathParameterName]: z.output<(typeof pathParameters)[Name]> };
