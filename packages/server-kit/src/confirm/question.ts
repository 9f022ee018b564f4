import type { Tool } from "../tools/tool.ts";
import { sanitizeLines } from "../untrusted/sanitize.ts";
import { quoteName } from "../untrusted/user-text.ts";

/** Characters of a question: more than anybody reads before they agree, and less than hides what matters. */
const longest = 2000;
/** Characters of one argument in it. */
const longestArgument = 200;

/** The question of a tool that has no words of its own for what will change: the call itself. */
export function questionAbout({ name, title }: Tool, args: Readonly<Record<string, unknown>>): string {
  const given = Object.entries(args).map(([argument, value]) => `${argument}: ${shown(value)}`);
  return [`${title} (${name})?`, ...given].join("\n");
}

/** A question as a person can read it, whatever stands in it. */
export function asQuestion(text: string): string {
  const clean = sanitizeLines(text);
  return clean.length <= longest ? clean : `${clean.slice(0, longest - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

function shown(value: unknown): string {
  const text = quoteName(typeof value === "string" ? value : JSON.stringify(value));
  return text.length <= longestArgument ? text : `${text.slice(0, longestArgument - 1)}…`;
}
