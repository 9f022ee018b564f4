import type { Permission } from "@platform-mcp/client/contract";

/** What each permission allows, for those who put roles together. */
export const permissionDescriptions: Readonly<Record<Permission, string>> = {
  "project:read": "See a project, its repository, pipelines, issues and merge requests",
  "project:write": "Change a project, push to it, work on issues and merge requests; everywhere: create projects",
  "project:delete": "Delete a project",
  "agent:run": "Start agent sessions",
  "deploy:read": "See deployments",
  "deploy:promote": "Create, change and roll back deployments",
  "observe:read": "Read logs, traces and metrics",
  "observe:write": "Send logs, traces and metrics",
  "alert:manage": "Manage alert rules",
  "secret:read": "See which secrets there are",
  "secret:write": "Set and delete secrets",
  "admin:users": "Manage users, service accounts and who has which role",
  "admin:roles": "Manage roles and what they grant",
  "admin:config": "Manage the platform's configuration",
  "admin:delegate": "Lend others permissions that one holds",
};
