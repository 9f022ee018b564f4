import * as z from "zod";
import { permission } from "./permissions.ts";

/** The body of every error answer. */
export const errorBody = z.object({
  error: z.string(),
  /** What is wrong with the request's own values, one entry a value. */
  fields: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  /** On 403: the permission that is missing. */
  permission: permission.optional(),
  /** On 403: why it is missing, such as `the token's scopes do not include it`. */
  reason: z.string().optional(),
  /** On 403: who can grant it. */
  granted_by: z.string().optional(),
  /** All of the above in one sentence. */
  detail: z.string().optional(),
  /** On 409 to a repeated request whose answer held a secret: what the first one made. */
  resource_id: z.string().optional(),
  /** On 409 of a merge: the paths that both sides changed differently. */
  conflicts: z.array(z.string()).optional(),
  request_id: z.string().optional(),
});
export type ErrorBody = z.output<typeof errorBody>;
