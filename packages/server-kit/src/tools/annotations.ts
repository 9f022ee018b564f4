import type { Tool } from "./tool.ts";

/** What a host is told about a tool's effects. All four are always given: an absent hint means the worst to a host. */
export function annotationsOf({ risk, idempotent }: Pick<Tool, "risk" | "idempotent">) {
  return {
    readOnlyHint: risk === "read",
    destructiveHint: risk === "destructive",
    idempotentHint: risk === "read" || idempotent === true,
    // The platform is a closed world: its tools touch nothing beyond it.
    openWorldHint: false,
  };
}
