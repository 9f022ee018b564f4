import { alignColumns } from "./align-columns.ts";
import type { DoctorReport, ToolAccess } from "./report.ts";

/** Every tool of the role: its server, the permissions it needs, and whether this token has them. */
export function toolTable({ servers }: DoctorReport): string {
  const rows = servers.flatMap(({ name: server, access }) =>
    (access?.tools ?? []).map((tool) => [tool.name, server, tool.permissions.join(", "), verdict(tool)]),
  );
  return rows.length === 0
    ? ""
    : `${alignColumns([["Tool", "Server", "Needs", "This token"], ...rows], []).join("\n")}\n`;
}

function verdict({ missing, bound }: ToolAccess): string {
  if (missing === null) return "-";
  if (missing.length === 0) return "ok";
  const names = missing.join(", ");
  return bound ? `refused: good for one project, it needs ${names} everywhere` : `lacks ${names}`;
}
