import { type OfferedTool, permissionsOf } from "../tools/catalogue.ts";

/** What `--list-tools --json` says of one tool. */
export function describeTool({ tool, definition }: OfferedTool) {
  return { ...definition, risk: tool.risk, permissions: permissionsOf(tool) };
}

/** The text of `--list-tools`: one line a tool. */
export function listToolsText(tools: ReadonlyMap<string, OfferedTool>): string {
  const rows = [...tools.values()].map((offered) => {
    const { name, title, risk, permissions } = describeTool(offered);
    return `${name.padEnd(24)} ${risk.padEnd(12)} ${permissions.join(", ").padEnd(16)} ${title}`;
  });
  return rows.length === 0 ? "no tools under these options\n" : `${rows.join("\n")}\n`;
}
