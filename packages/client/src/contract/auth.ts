import * as z from "zod";
import { endpoint } from "./endpoint.ts";
import { permission } from "./permissions.ts";
import { user } from "./users.ts";
import { done, timestamp, uuid } from "./values.ts";

export const login = endpoint({
  method: "POST",
  path: "/api/auth/login",
  summary: "Log in with name and password: a session of 24 hours, as a token and as a cookie",
  permission: "public",
  secret: true,
  body: z.object({ name: z.string().min(1).max(255), password: z.string().min(1).max(1024) }),
  response: z.object({ token: z.string(), expires_at: timestamp, user }),
});

export const logout = endpoint({
  method: "POST",
  path: "/api/auth/logout",
  summary: "End every login session of the caller; API tokens stay",
  permission: "authenticated",
  response: done,
});

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
    /** The API token of this request; null for a login session, which is not limited. */
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

export const explainPermission = endpoint({
  method: "GET",
  path: "/api/permissions/explain",
  summary: "Whether the caller, or with admin:users another user, holds a permission, why, and who could grant it",
  permission: "authenticated",
  query: z.object({
    permission,
    /** Where; the platform as a whole without it. */
    project_id: uuid.optional(),
    /** Somebody else, without regard to any token of theirs. */
    user_id: uuid.optional(),
  }),
  response: z.object({
    permission,
    project_id: uuid.nullable(),
    user_id: uuid,
    allowed: z.boolean(),
    reason: z.string(),
    /** Who can grant it; null when it is held. */
    granted_by: z.string().nullable(),
  }),
});
