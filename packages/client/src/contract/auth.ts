import * as z from "zod";
import { endpoint } from "./endpoint.ts";
import { timestamp, uuid } from "./values.ts";

export const userType = z.enum(["human", "agent", "service_account"]);

export const user = z.object({
  id: uuid,
  name: z.string(),
  display_name: z.string().nullable(),
  email: z.string(),
  user_type: userType,
  is_active: z.boolean(),
  created_at: timestamp,
  updated_at: timestamp,
});
export type User = z.output<typeof user>;

export const getMe = endpoint({
  method: "GET",
  path: "/api/auth/me",
  summary: "Who the caller is, and what this credential may do",
  permission: "authenticated",
  query: z.object({ project_id: uuid.optional() }),
  response: user.extend({
    permissions: z
      .object({
        /** Held on the whole platform, within the token's scopes. */
        global: z.array(z.string()),
        /** Held on the project of the query; null without one, empty when the project is not visible. */
        project: z.array(z.string()).nullable(),
      })
      .optional(),
    token: z
      .object({
        name: z.string(),
        /** Empty means unrestricted. */
        scopes: z.array(z.string()),
        project_id: uuid.nullable(),
        expires_at: timestamp.nullable(),
      })
      .nullable()
      .optional(),
  }),
});
