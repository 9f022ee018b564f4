import type * as z from "zod";
import { uuid } from "./values.ts";

/** Every name that may stand in `{braces}` in an endpoint's path, with the rule for its value. */
export const pathParameters = {
  project_id: uuid,
} as const satisfies Record<string, z.ZodType>;

export type PathParameterName = keyof typeof pathParameters;
export type PathParameters = { [Name in PathParameterName]: z.output<(typeof pathParameters)[Name]> };
