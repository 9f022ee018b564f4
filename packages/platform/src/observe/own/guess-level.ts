import type { logs } from "@platform-mcp/client/contract";
import { namedLevel } from "../otlp/log-level.ts";

/** A level by its name, or by pino's and bunyan's numbers; undefined for what is none. */
export function levelOf(value: unknown): logs.LogLevel | undefined {
  if (typeof value === "string") return namedLevel(value);
  if (typeof value !== "number" || value < 10) return undefined;
  return (["trace", "debug", "info", "warn", "error"] as const)[Math.floor(value / 10) - 1] ?? "fatal";
}

/** The words among the names of levels that hardly begin a sentence. */
const levelWord =
  /^(?:trace|debug|info|notice|warn(?:ing)?|err(?:or)?|fatal|crit(?:ical)?|panic|emerg(?:ency)?)(?=$|[\s:\])|>,-])/i;
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours of terminals are what is looked for
const colours = /\u001b\[[\d;]*m/g;
/** Times, brackets and the like that stand before a level. */
const before = /^(?:[\s\d:.,+\-/[\](){}<>|*!]|T(?=\d)|Z\b)*/;

/** Characters at the beginning of a line that are looked at. */
const looked = 200;

/** The level of a line that a program printed, by how loggers and runtimes begin theirs; `info` when nothing tells. */
export function guessLevel(line: string): logs.LogLevel {
  const start = line.slice(0, looked).replace(colours, "");
  const named = /\b(?:level|lvl|severity)=["']?(\w+)/i.exec(start)?.[1];
  if (levelOf(named) !== undefined) return levelOf(named) ?? "info";
  const rest = start.replace(before, "");
  // `TypeError: …`, `java.lang.IllegalStateException: …`, `npm error …`
  if (/^(?:[\w.$]*(?:Error|Exception)\b|Traceback \(|Uncaught |npm (?:ERR!|error))/.test(rest)) return "error";
  return levelOf(levelWord.exec(rest)?.[0]) ?? "info";
}
