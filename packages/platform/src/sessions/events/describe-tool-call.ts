/** The arguments that say most about a call, the first that is there. */
const telling = ["command", "file_path", "notebook_path", "pattern", "query", "url", "description", "prompt", "title"];

/** A call of a tool in one line, such as `Bash: npm test` or `platform-issues create_issue: It fails`. */
export function describeToolCall(tool: string, input: unknown): string {
  const name = tool.replace(/^mcp__(.+?)__(.+)$/, "$1 $2");
  const detail = tellingArgument(input);
  return detail === undefined ? name : `${name}: ${detail}`;
}

function tellingArgument(input: unknown): string | undefined {
  if (typeof input !== "object" || input === null) return undefined;
  const known = new Map<string, unknown>(Object.entries(input));
  for (const name of telling) {
    const value = known.get(name);
    if (typeof value === "string" && value !== "") return value;
  }
  if (known.size === 0) return undefined;
  const shown = [...known].map(([name, value]) => `${name}=${typeof value === "object" ? "…" : value}`);
  return shown.join(" ");
}
