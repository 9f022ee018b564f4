import { argumentRows } from "./argument-rows.ts";
import { cell, table } from "./table.ts";
import type { RoleDoc, ServerDoc, ToolDoc, ToolReference } from "./tool-docs.ts";

/** The tool reference as Markdown. */
export function toolReference({ domains, roles, servers }: ToolReference): string {
  return `${[introduction, rolesSection(roles, domains), ...servers.flatMap(serverSection)].join("\n\n")}\n`;
}

const introduction = `# Tools

Written by \`pnpm docs:generate\` from the servers' own definitions: change those, not this file.

A tool's tokens (o200k) are what its definition costs a model that loads it: name, description and input schema, as a
server bound to a project by \`PROJECT_ID\` sends them. Unbound, every tool that works on a project takes a \`project_id\`
as well. The HTTP API behind the tools describes itself: \`/openapi.json\` on a running platform.`;

function rolesSection(roles: readonly RoleDoc[], domains: readonly string[]): string {
  const rows = roles.map((role) => {
    const shares = [...role.servers.values()].filter((share) => share !== undefined);
    const cells = domains.map((domain) => {
      if (!role.servers.has(domain)) return "";
      const share = role.servers.get(domain);
      return share === undefined ? "not yet" : `${share.tools} tools, ${share.tokens}`;
    });
    const total = (key: "tools" | "tokens") => String(shares.reduce((sum, share) => sum + share[key], 0));
    return [role.name, ...cells, total("tools"), total("tokens")];
  });
  const defaults = roles.flatMap(({ name, defaults }) =>
    Object.entries(defaults).map(([variable, value]) => `Role ${name} sets \`${variable}=${value}\`.`),
  );
  return [
    "## Roles",
    "What a session of each role loads: tools and their tokens by server. *Not yet* is a server that does not exist.",
    table(["role", ...domains, "tools", "tokens"], rows),
    ...defaults,
  ].join("\n\n");
}

function serverSection({ name, summary, instructions, tools }: ServerDoc): string[] {
  const rows = tools.map((tool) => [
    `[\`${tool.name}\`](#${tool.name})`,
    tool.risk,
    tool.scope,
    permissionText(tool),
    String(tool.tokens),
    tool.title,
  ]);
  return [
    `## ${name}`,
    `${summary[0]?.toUpperCase()}${summary.slice(1)}. What the model is told of it:`,
    instructions.replace(/^/gm, "> "),
    table(["tool", "risk", "works on", "permission", "tokens", "title"], rows),
    ...tools.map(toolSection),
  ];
}

function permissionText({ permissions }: ToolDoc): string {
  return permissions.length === 0 ? "none" : permissions.map((permission) => `\`${permission}\``).join(", ");
}

function toolSection(tool: ToolDoc): string {
  const rows = argumentRows(tool.inputSchema);
  const hints = Object.entries(tool.annotations).flatMap(([hint, value]) => (value ? [hint] : []));
  const endpoints = tool.uses.map(({ method, path }) => `\`${method} ${path}\``);
  return [
    `### ${tool.name}`,
    cell(tool.description),
    rows.length === 0 ? "No arguments." : table(["argument", "type", "presence", "meaning"], rows),
    [
      `- risk: ${tool.risk}; true annotations: ${hints.join(", ") || "none"}`,
      `- permission: ${permissionText(tool)}`,
      `- calls: ${endpoints.join(", ")}`,
    ].join("\n"),
  ].join("\n\n");
}
