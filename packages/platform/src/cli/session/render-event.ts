import type { sessions } from "@platform-mcp/client/contract";
import { terminalText } from "./terminal-text.ts";

type Kind = sessions.SessionEventKind;

/** What each line of an event begins with: nothing that an agent prints can look like a line of another kind. */
const marks: Readonly<Record<Kind, string>> = {
  message: "# ",
  setup: "| ",
  thinking: "~ ",
  text: "  ",
  tool_call: "> ",
  tool_result: "< ",
  milestone: "* ",
  error: "! ",
  completed: "= ",
};

/** How much of an event is shown: all of what is said, and of what tools print only the beginning. */
const most: Readonly<Record<Kind, { readonly lines: number; readonly columns: number }>> = {
  message: { lines: 40, columns: 1000 },
  setup: { lines: 5, columns: 200 },
  thinking: { lines: 3, columns: 200 },
  text: { lines: Number.POSITIVE_INFINITY, columns: Number.POSITIVE_INFINITY },
  tool_call: { lines: 3, columns: 160 },
  tool_result: { lines: 3, columns: 160 },
  milestone: { lines: 10, columns: 1000 },
  error: { lines: 20, columns: 1000 },
  completed: { lines: Number.POSITIVE_INFINITY, columns: Number.POSITIVE_INFINITY },
};

/** An event as people read it at a terminal: one or more lines, each with its end. */
export function renderEvent({ kind, message, metadata }: sessions.SessionEvent): string {
  const isFailure = kind === "tool_result" && metadata?.is_error === true;
  // Of an agent that the agent itself has started.
  const indent = typeof metadata?.parent === "string" ? "    " : "";
  const mark = `${indent}${isFailure ? marks.error : marks[kind]}`;
  return cutLines(terminalText(message), most[kind])
    .map((line) => `${mark}${line}`.trimEnd())
    .map((line) => `${line}\n`)
    .join("");
}

function cutLines(text: string, { lines, columns }: { lines: number; columns: number }): string[] {
  const all = text.trim().split("\n");
  const shown = all.slice(0, lines).map((line) => cutLine(line.trimEnd(), columns));
  const more = all.length - shown.length;
  return more > 0 ? [...shown, `… ${more} more line${more === 1 ? "" : "s"}`] : shown;
}

function cutLine(line: string, columns: number): string {
  const characters = line.length > columns ? Array.from(line) : [];
  return characters.length > columns ? `${characters.slice(0, columns - 1).join("")}…` : line;
}
