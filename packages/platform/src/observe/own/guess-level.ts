import type { logs } from "@platform-mcp/client/contract";

/** What loggers call their levels. */
const names: Readonly<Record<string, logs.LogLevel>> = {
  ...{ trace: "trace", verbose: "debug", debug: "debug", info: "info", information: "info", notice: "info" },
  ...{ warn: "warn", warning: "warn", err: "error", error: "error", exception: "error" },
  ...{ fatal: "fatal", crit: "fatal", critical: "fatal", panic: "fatal", emerg: "fatal", alert: "fatal" },
};

/** A level by its name, in any case, or by pino's and bunyan's numbers; undefined for what is none. */
export function levelOf(value: unknown): logs.LogLevel | undefined {
  if (typeof value === "string")
    return Object.hasOwn(names, value.toLowerCase()) ? names[value.toLowerCase()] : undefined;
  if (typeof value !== "number" || value < 10) return undefined;
  return (["trace", "debug", "info", "warn", "error"] as const)[Math.floor(value / 10) - 1] ?? "fatal";
}

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
  const word = /^(\w+)(?=$|[\s:\])|>,-])/.exec(rest)?.[1];
  // `TypeError: …`, `java.lang.IllegalStateException: …`, `npm error …`
  if (/^(?:[\w.$]*(?:Error|Exception)\b|Traceback \(|Uncaught |npm (?:ERR!|error))/.test(rest)) return "error";
  return levelOf(word) ?? "info";
}
