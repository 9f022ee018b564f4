import * as z from "zod";
import { endpoint } from "./endpoint.ts";
import { page, pageOf } from "./lists.ts";
import { displayName, done, email, name, queryBoolean, timestamp, uuid } from "./values.ts";

/** Only a `human` can log in; an `agent` may do only what has been delegated to it. */
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

const password = z.string().min(8).max(1024);

export const createUser = endpoint({
  method: "POST",
  path: "/api/users",
  summary: "Create a user, who holds no permission yet",
  permission: "admin:users",
  body: z.object({
    name,
    email,
    display_name: displayName.nullish(),
    user_type: userType.default("human"),
    /** Required for a human, refused for every other type. */
    password: password.optional(),
  }),
  response: user,
  status: 201,
});

export const listUsers = endpoint({
  method: "GET",
  path: "/api/users/list",
  summary: "List users, the deactivated ones too, newest first",
  permission: "admin:users",
  query: page.extend({
    /** Part of the name, the display name or the e-mail address, in any case. */
    search: z.string().max(255).optional(),
    user_type: userType.optional(),
    is_active: queryBoolean.optional(),
  }),
  response: pageOf(user),
});

export const getUser = endpoint({
  method: "GET",
  path: "/api/users/{user_id}",
  summary: "Get oneself, or with admin:users any user",
  permission: "authenticated",
  response: user,
});

export const updateUser = endpoint({
  method: "PATCH",
  path: "/api/users/{user_id}",
  summary: "Change oneself, or with admin:users any user; what is left out stays, null clears",
  permission: "authenticated",
  body: z.object({
    display_name: displayName.nullish(),
    email: email.optional(),
    /** Ends the user's other login sessions. */
    password: password.optional(),
    /** Proves, to change one's own password with an API token, that one knows it; a login session needs no proof. */
    current_password: z.string().min(1).max(1024).optional(),
    /** With admin:users: true reactivates, false deactivates. */
    is_active: z.boolean().optional(),
  }),
  response: user,
});

export const deactivateUser = endpoint({
  method: "DELETE",
  path: "/api/users/{user_id}",
  summary: "Deactivate a user: ends their sessions, tokens and delegations at once; the row and the roles stay",
  permission: "admin:users",
  response: done,
});
