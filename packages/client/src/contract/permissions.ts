import * as z from "zod";

/** Every permission the platform knows. A role is a set of them; a token's scopes narrow them. */
export const permissions = [
  "project:read",
  "project:write",
  "project:delete",
  "agent:run",
  "deploy:read",
  "deploy:promote",
  "observe:read",
  "observe:write",
  "alert:manage",
  "secret:read",
  "secret:write",
  "admin:users",
  "admin:roles",
  "admin:config",
  "admin:delegate",
] as const;

export const permission = z.enum(permissions);
export type Permission = z.output<typeof permission>;
