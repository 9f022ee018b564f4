import * as z from "zod";
import { permission } from "./permissions.ts";

/** The body of every error answer. */
export const errorBody = z.object({
  error: z.string(),
  /** What is wrong with the request's own values, one entry a value. */
  fields: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  /** On 403: the permission that is missing. */
  permission: permission.optional(),
  request_id: z.string().optional(),
});
export type ErrorBody = z.output<typeof errorBody>;
