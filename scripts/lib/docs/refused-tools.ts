import type { ToolReference } from "./tool-docs.ts";

/** For each role, the tools that the platform refuses without a permission, by permission. */
export function refusedTools({ roles, servers }: ToolReference): Record<string, Record<string, string[]>> {
  const byName = new Map(servers.map((server) => [server.name, server]));
  return Object.fromEntries(
    roles.map((role) => {
      const tools = [...role.servers.keys()].flatMap((domain) => byName.get(`platform-${domain}`)?.tools ?? []);
      const permissions = [...new Set(tools.flatMap((tool) => tool.permissions))].sort();
      const refused = permissions.map((permission) => [
        permission,
        tools.filter((tool) => tool.permissions.includes(permission)).map(({ name }) => name),
      ]);
      return [role.name, Object.fromEntries(refused)];
    }),
  );
}
