import type { ServerDefinition } from "@platform-mcp/server-kit";
import { tools } from "./tools.ts";

export const admin: ServerDefinition = {
  name: "platform-admin",
  summary: "users, roles, delegations, the platform's settings and its audit log",
  instructions:
    "Who may do what on the platform. Users hold permissions by roles, for good; a delegation lends one permission, until it expires or is revoked, and is worth only what its delegator still holds. Agents live on delegations alone. Both count on one project or on all; nobody gives what they do not hold. get_user says why somebody may do something. What is taken is gone at the next request. Users are given by name, e-mail, id or me; roles by name or id. New passwords and tokens are shown once: repeat them to nobody but whom they are for. Every change, and what was refused, is in the audit log.",
  tools,
};
