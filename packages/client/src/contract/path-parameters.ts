import type * as z from "zod";
import { uuid } from "./values.ts";

/** Every name that may stand in `{braces}` in an endpoint's path, with the rule for its value. */
export const pathParameters = {
  project_id: uuid,
  user_id: uuid,
  token_id: uuid,
  role_id: uuid,
  delegation_id: uuid,
} as const satisfies Record<string, z.ZodType>;

export type PathParameterName = keyof typeof pathParameters;
export type PathParameters = { [Name in PathParameterName]: z.output<(typeof pathParameters)[Name]> };
