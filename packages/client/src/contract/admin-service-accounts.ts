import * as z from "zod";
import { endpoint } from "./endpoint.ts";
import { page, pageOf } from "./lists.ts";
import { newToken, scopes } from "./tokens.ts";
import { user } from "./users.ts";
import { displayName, done, email, name, uuid } from "./values.ts";

export const listServiceAccounts = endpoint({
  method: "GET",
  path: "/api/admin/service-accounts",
  summary: "List service accounts, newest first",
  permission: "admin:users",
  query: page,
  response: pageOf(user),
});

export const createServiceAccount = endpoint({
  method: "POST",
  path: "/api/admin/service-accounts",
  summary: "Create a service account, and with scopes or a project its first token, good for 365 days",
  permission: "admin:users",
  secret: true,
  body: z.object({
    name,
    email,
    display_name: displayName.nullish(),
    description: z.string().max(10_000).nullish(),
    scopes: scopes.optional(),
    project_id: uuid.nullish(),
  }),
  response: z.object({ user, token: newToken.nullable() }),
  status: 201,
});

export const deactivateServiceAccount = endpoint({
  method: "DELETE",
  path: "/api/admin/service-accounts/{user_id}",
  summary: "Deactivate a service account: ends its tokens and delegations at once",
  permission: "admin:users",
  response: done,
});
