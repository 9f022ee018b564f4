import type { Tool } from "@platform-mcp/server-kit";
import { assignRole } from "./tools/assign-role.ts";
import { createDelegation } from "./tools/create-delegation.ts";
import { createRole } from "./tools/create-role.ts";
import { createServiceAccount } from "./tools/create-service-account.ts";
import { createUser } from "./tools/create-user.ts";
import { deactivateUser } from "./tools/deactivate-user.ts";
import { getPlatformConfig } from "./tools/get-platform-config.ts";
import { getUser } from "./tools/get-user.ts";
import { listDelegations } from "./tools/list-delegations.ts";
import { listRoles } from "./tools/list-roles.ts";
import { listUsers } from "./tools/list-users.ts";
import { removeRole } from "./tools/remove-role.ts";
import { revokeDelegation } from "./tools/revoke-delegation.ts";
import { searchAuditLog } from "./tools/search-audit-log.ts";
import { updatePlatformConfig } from "./tools/update-platform-config.ts";
import { updateProject } from "./tools/update-project.ts";
import { updateRole } from "./tools/update-role.ts";
import { updateUser } from "./tools/update-user.ts";

/** The tools of platform-admin, in the order a newcomer would meet them. */
export const tools: readonly Tool[] = [
  listUsers,
  getUser,
  createUser,
  updateUser,
  deactivateUser,
  listRoles,
  createRole,
  updateRole,
  assignRole,
  removeRole,
  listDelegations,
  createDelegation,
  revokeDelegation,
  createServiceAccount,
  getPlatformConfig,
  updatePlatformConfig,
  searchAuditLog,
  updateProject,
];
