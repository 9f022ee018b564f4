import { type Permission, permissions } from "@platform-mcp/client/contract";

interface BuiltinRole {
  readonly description: string;
  readonly permissions: readonly Permission[];
}

/** The roles that come with the platform. `agent` holds nothing by itself: agents work by delegation. */
export const builtinRoles: Readonly<Record<string, BuiltinRole>> = {
  admin: { description: "Everything", permissions },
  developer: {
    description: "Works on code",
    permissions: ["project:read", "project:write", "agent:run", "deploy:read", "observe:read", "secret:read"],
  },
  ops: {
    description: "Runs what is deployed",
    permissions: ["deploy:read", "deploy:promote", "observe:read", "observe:write", "alert:manage", "secret:read"],
  },
  agent: { description: "Delegation only", permissions: [] },
  viewer: { description: "Looks", permissions: ["project:read", "observe:read", "deploy:read"] },
};
